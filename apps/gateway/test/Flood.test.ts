/** Ten times the texts that a project may get in a minute, at once: the carrier is answered, memory is bounded, and other projects are served. */
import { expect, it } from "vitest"
import { childGateway } from "./harness/Child.ts"
import { number, projectFile } from "./harness/Projects.ts"
import { pause } from "./harness/Waiting.ts"

const atMostMillis = 120_000

const limit = 20
const flooded = "+14155550061"
const quiet = "+14155550062"

/** A factor of medians, not a time: on a busy machine both runs are slow. What the flood and its carrier use of the machine counts too. */
const slowerAtMost = 15
/** Mostly garbage of a process that has just started to work: the engine is in no hurry where there is room. */
const mayGrowMegabytes = 400

/** Between two texts of the quiet project: it sends now and then, and is no flood itself. Milliseconds. */
const quietMillis = 30

const median = (all: ReadonlyArray<number>) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0

it("webhooks at ten times the limit leave other projects served and the process small", { timeout: atMostMillis }, async ({ onTestFinished }) => {
  const gateway = await childGateway()
  onTestFinished(() => gateway.close())
  await gateway.apply(projectFile({ project: "flooded", numbers: [number(flooded)], limits: { inbound_per_project_per_minute: limit } }))
  await gateway.apply(projectFile({ project: "quiet", numbers: [number(quiet)] }))
  await gateway.start()
  const api = gateway.apiFor({ connector: "conn_quiet" })
  let users = 0
  const sendOne = async (): Promise<number> => {
    const begun = performance.now()
    await api.send(`+1415562${String(++users).padStart(4, "0")}`, "Your appointment is tomorrow.")
    return performance.now() - begun
  }
  for (let i = 0; i < 10; i++) await sendOne()
  const unloaded: Array<number> = []
  for (let i = 0; i < 40; i++) unloaded.push(await sendOne())
  const before = gateway.residentMegabytes()

  let left = limit * 10
  const statuses = new Map<string, number>()
  const flood = Promise.all(Array.from({ length: 8 }, async () => {
    while (left > 0) {
      const i = left--
      const { webhook } = await gateway.carrier.text(`+1415563${String(i % 20).padStart(4, "0")}`, flooded, `text ${i}`)
      statuses.set(webhook.result, (statuses.get(webhook.result) ?? 0) + 1)
    }
  }))
  const loaded: Array<number> = []
  while (left > 0) {
    loaded.push(await sendOne())
    await pause(quietMillis)
  }
  await flood

  expect(statuses).toEqual(new Map([["ok", limit * 10]]))
  expect(loaded.length).toBeGreaterThan(5)
  expect(median(loaded)).toBeLessThan(median(unloaded) * slowerAtMost)
  expect(gateway.residentMegabytes()).toBeLessThan(before + mayGrowMegabytes)
})

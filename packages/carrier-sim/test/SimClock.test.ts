import { expect, it, vi } from "vitest"
import { makeSimClock } from "../src/SimClock.ts"

it("deadlines run in the order of their times, equal ones in the order they were set", () => {
  const clock = makeSimClock()
  const ran: Array<string> = []
  for (const [name, delayMillis] of [["c", 3000], ["a", 1000], ["d", 3000], ["b", 2000]] as const) clock.after(delayMillis, () => ran.push(name))
  clock.advance(10_000)
  expect(ran).toEqual(["a", "b", "c", "d"])
})

it("a deadline that is set while time is skipped runs in the same skip, at its own time", () => {
  const clock = makeSimClock()
  const start = clock.nowMillis()
  const ran: Array<number> = []
  clock.after(60_000, () => clock.after(30_000, () => ran.push(clock.nowMillis() - start)))
  clock.advance(90_100)
  expect(ran).toHaveLength(1)
  expect(ran[0]).toBeGreaterThanOrEqual(90_000)
  expect(ran[0]).toBeLessThan(90_100)
  expect(clock.nowMillis() - start).toBeGreaterThanOrEqual(90_100)
})

it("a deadline at a time is kept to the millisecond, also where the clock moves on while it is set", ({ onTestFinished }) => {
  let now = Date.now()
  const moving = vi.spyOn(Date, "now").mockImplementation(() => now++)
  onTestFinished(() => moving.mockRestore())
  const clock = makeSimClock()
  const due = clock.nowMillis() + 60_000
  const ran: Array<number> = []
  clock.at(due, () => ran.push(clock.nowMillis()))
  clock.advance(120_000)
  expect(ran).toEqual([due])
})

it("a cancelled deadline does not run, and a cleared sleep says that it was cut short", async () => {
  const clock = makeSimClock()
  const ran: Array<string> = []
  clock.after(1000, () => ran.push("cancelled")).cancel()
  const sleep = clock.sleep(60_000)
  clock.advance(2000)
  clock.clear()
  expect(await sleep).toBe(false)
  expect(ran).toEqual([])
  expect(clock.nextMillis()).toBeUndefined()
})

it("real time brings deadlines too", async () => {
  expect(await makeSimClock().sleep(1)).toBe(true)
})

it("many deadlines keep their order", () => {
  const clock = makeSimClock()
  const ran: Array<number> = []
  const delays = Array.from({ length: 500 }, (_, i) => 1000 + ((i * 7919) % 500))
  for (const delayMillis of delays) clock.after(delayMillis, () => ran.push(clock.nowMillis()))
  clock.advance(10_000)
  expect(ran).toHaveLength(500)
  expect(ran).toEqual(ran.toSorted((a, b) => a - b))
})

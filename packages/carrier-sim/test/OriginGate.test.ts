import { expect, it } from "vitest"
import { makeOriginGate } from "../src/OriginGate.ts"

it("only so many run for one origin at a time, in their order, and others do not wait for them", async () => {
  const gate = makeOriginGate(2)
  const started: Array<string> = []
  const ends: Array<() => void> = []
  const pass = (origin: string, name: string) =>
    gate.pass(origin, () => {
      started.push(name)
      return new Promise<void>((resolve) => ends.push(resolve))
    })
  const all = [pass("a", "1"), pass("a", "2"), pass("a", "3"), pass("a", "4"), pass("b", "5")]
  await Promise.resolve()
  expect(started).toEqual(["1", "2", "5"])
  ends[1]?.()
  await all[1]
  await Promise.resolve()
  expect(started).toEqual(["1", "2", "5", "3"])
  while (ends.length < 5) {
    for (const end of ends) end()
    await new Promise((resolve) => setImmediate(resolve))
  }
  for (const end of ends) end()
  await Promise.all(all)
  expect(started).toEqual(["1", "2", "5", "3", "4"])
})

it("a failure gives the place back", async () => {
  const gate = makeOriginGate(1)
  await expect(gate.pass("a", () => Promise.reject(new Error("no")))).rejects.toThrow("no")
  expect(await gate.pass("a", () => Promise.resolve("yes"))).toBe("yes")
})

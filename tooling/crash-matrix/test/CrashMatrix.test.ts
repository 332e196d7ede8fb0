import { describe, expect, it } from "vitest"
import { entry } from "@parley/scripts/BuiltGateway"
import { allBoundaries } from "../src/Boundary.ts"
import { killsOf, worldsOf } from "../src/Matrix.ts"
import { play } from "../src/World.ts"

describe("the gateway", () => {
  it("loses no text, doubles none and tells its log of none when it is killed once at every boundary, and three times at random", { timeout: 300_000 }, async () => {
    const world = await play({ entry, seed: 42, kills: [...allBoundaries, "random", "random", "random"], hurry: 5 })
    expect(world.problems).toEqual([])
    expect(world).toMatchObject({ lost: 0, duplicated: 0, unknown: 0 })
    expect(world.delivered).toBeGreaterThan(50)
    // Its problems would name every line with a number, words or a secret in it.
    expect(world.logLines).toBeGreaterThan(500)
    expect(world.atBoundary).toBeGreaterThan(allBoundaries.length / 2)
  })
})

describe("the plan", () => {
  it.each([1, 14, 15, 16, 500])("of %i kills is shared out evenly, and to the last", (kills) => {
    const shares = [...killsOf(kills).values()]
    expect(shares.reduce((all, share) => all + share, 0)).toBe(kills)
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1)
  })

  it.each([[1, [1]], [40, [40]], [41, [20, 21]], [100, [33, 33, 34]]])("of %i kills at one boundary fills worlds of at most 40", (kills, worlds) => {
    expect(worldsOf(kills, 40)).toEqual(worlds)
  })
})

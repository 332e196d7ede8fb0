/** The key that is sent, against the one that was found: in constant time, and not on the word of the store. */
import { Effect, Layer, Option } from "effect"
import crypto from "node:crypto"
import { syncBuiltinESMExports } from "node:module"
import { afterAll, beforeAll, expect, it } from "vitest"
import { Directory } from "@parley/core/ports/Directory"
import * as ApiKeys from "../src/ApiKeys.ts"
import { startGateway, type TestGateway } from "./harness/Gateway.ts"
import { projectFile, secrets } from "./harness/Projects.ts"

const right = secrets["TEST_API_KEY"] ?? ""

/** A store whose look-up finds the same key whatever hash it is asked for, as one that compares by a prefix would. */
const lax = Layer.effect(
  Directory,
  Effect.map(Directory, (real) => Directory.of({ ...real, keyByHash: () => real.keyByHash(ApiKeys.hash(right)) }))
)

const original = crypto.timingSafeEqual
const compared: Array<readonly [number, number]> = []

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ store: (store) => lax.pipe(Layer.provideMerge(store)), projects: [projectFile()] })
  crypto.timingSafeEqual = (a, b) => {
    compared.push([a.byteLength, b.byteLength])
    return original(a, b)
  }
  syncBuiltinESMExports()
})
afterAll(async () => {
  crypto.timingSafeEqual = original
  syncBuiltinESMExports()
  await gateway.close()
})

it.each([
  ["the right one", right, 200],
  ["one that differs in its last character", `${right.slice(0, -1)}1`, 401],
  ["one that differs in its first character", `q${right.slice(1)}`, 401],
  ["a shorter one", right.slice(0, 5), 401],
  ["a longer one", right.repeat(20), 401]
])("a key is compared once more with the one that was found, in constant time and as digests of equal length: %s", async (_, key, status) => {
  const found = await gateway.run(Effect.flatMap(Directory, (directory) => directory.keyByHash("any")))
  expect(Option.isSome(found)).toBe(true)
  compared.length = 0
  expect((await gateway.apiFor({ key }).get("/v1/sessions")).status).toBe(status)
  expect(compared).toEqual([[32, 32]])
})

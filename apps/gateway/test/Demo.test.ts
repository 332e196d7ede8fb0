import { Effect, Option } from "effect"
import { assert, describe, it } from "vitest"
import * as Compliance from "@parley/core/Compliance"
import { builtIn } from "@parley/core/Availability"
import { Directory } from "@parley/core/ports/Directory"
import { Ids } from "@parley/core/Ids"
import * as SqliteStore from "@parley/storage/SqliteStore"
import * as ApiKeys from "../src/ApiKeys.ts"
import * as Apply from "../src/Apply.ts"
import * as Demo from "../src/Demo.ts"
import { isLoopback, refuseExposedDemo } from "../src/Exposure.ts"
import { effect } from "./harness/EffectTest.ts"

const setUp = Effect.gen(function*() {
  const lookup: Apply.Lookup = (name) => name === "DEMO_API_KEY" ? Option.some(Demo.credentials.apiKey) : Option.none()
  yield* Apply.apply(yield* Apply.plan(yield* Demo.project, lookup))
})

const onDemo = <A, E>(test: Effect.Effect<A, E, SqliteStore.SqliteStore | Ids>) =>
  Effect.andThen(setUp, test).pipe(Effect.provide([SqliteStore.layerSingleCommit({ filename: ":memory:" }), Ids.layer]))

describe("Demo", () => {
  effect("has a connector and eligible numbers in both of its environments", () =>
    Effect.gen(function*() {
      const { connectors, numbers, project } = yield* Demo.project
      const stored = yield* onDemo(Effect.flatMap(Directory, (directory) => directory.numbersOfProject(project)))
      assert.deepStrictEqual(new Set(numbers.map(({ environment }) => environment)), new Set(connectors.map(({ environment }) => environment)))
      assert.deepStrictEqual(new Set(stored.map(({ number }) => number as string)), new Set(Object.values(Demo.numbers)))
      for (const number of stored) assert.isTrue(Compliance.eligible(number, number.country, number.environment, "enforce", builtIn).eligible)
    }))

  effect("is refused on an address that others reach, until its key is revoked", () =>
    onDemo(Effect.gen(function*() {
      const directory = yield* Directory
      yield* refuseExposedDemo({ host: "127.0.0.1" })
      assert.strictEqual((yield* Effect.flip(refuseExposedDemo({ host: "0.0.0.0" })))._tag, "DemoExposed")
      const key = yield* directory.keyByHash(ApiKeys.hash(Demo.credentials.apiKey))
      if (Option.isNone(key)) return assert.fail("no key")
      yield* directory.revokeKey(key.value.id, key.value.createdAt)
      yield* refuseExposedDemo({ host: "0.0.0.0" })
    })))

  it("takes 127.0.0.0/8, ::1 and localhost for this machine, and nothing else", () => {
    for (const host of ["127.0.0.1", "127.1.2.3", "::1", "localhost"]) assert.isTrue(isLoopback(host), host)
    for (const host of ["0.0.0.0", "::", "10.0.0.1", "127.example.com", "localhost.example.com", ""]) assert.isFalse(isLoopback(host), host)
  })
})

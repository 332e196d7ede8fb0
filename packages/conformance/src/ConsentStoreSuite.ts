/** What every store of opt-outs does. */
import { assert, layer } from "@effect/vitest"
import { DateTime, Effect, Option } from "effect"
import { ConsentStore } from "@parley/core/ports/ConsentStore"
import { Directory } from "@parley/core/ports/Directory"
import { ErasureStore } from "@parley/core/ports/ErasureStore"
import * as Samples from "./Samples.ts"
import type { StoreLayer } from "./Stores.ts"
import { everyPage } from "./Stores.ts"

export const consentStoreSuite = (name: string, stores: StoreLayer) =>
  layer(stores)(`ConsentStore on ${name}`, (it) => {
    const project = Effect.gen(function*() {
      const made = Samples.project()
      yield* (yield* Directory).putProject(made)
      return made
    })

    it.effect("an opt-out holds for its user and number, and for no other pair", () =>
      Effect.gen(function*() {
        const consent = yield* ConsentStore
        const optOut = Samples.optOut(yield* project)
        yield* consent.put(optOut)
        assert.deepStrictEqual(yield* consent.get(optOut.userNumber, optOut.agentNumber), Option.some(optOut))
        assert.isTrue(Option.isNone(yield* consent.get(optOut.userNumber, Samples.agentNumber())))
        assert.isTrue(Option.isNone(yield* consent.get(Samples.userNumber(), optOut.agentNumber)))
      }))

    it.effect("any of a user is found in its project's environment, and in no other", () =>
      Effect.gen(function*() {
        const consent = yield* ConsentStore
        const optOut = Samples.optOut(yield* project)
        const { environment, projectId, userNumber } = optOut
        assert.isTrue(Option.isNone(yield* consent.ofUser({ projectId, environment, userNumber })))
        yield* consent.put(optOut)
        assert.deepStrictEqual(yield* consent.ofUser({ projectId, environment, userNumber }), Option.some(optOut))
        assert.isTrue(Option.isNone(yield* consent.ofUser({ projectId, environment: environment === "dev" ? "live" : "dev", userNumber })))
        assert.isTrue(Option.isNone(yield* consent.ofUser({ projectId: (yield* project).id, environment, userNumber })))
        assert.isTrue(Option.isNone(yield* consent.ofUser({ projectId, environment, userNumber: Samples.userNumber() })))
      }))

    it.effect("the first of several is kept", () =>
      Effect.gen(function*() {
        const consent = yield* ConsentStore
        const optOut = Samples.optOut(yield* project)
        yield* consent.put(optOut)
        yield* consent.put({ ...optOut, source: "carrier_refusal", optedOutAt: Samples.at(5) })
        assert.deepStrictEqual(yield* consent.get(optOut.userNumber, optOut.agentNumber), Option.some(optOut))
      }))

    it.effect("one that is kept as a hash holds, is not shown, is found by its number, is kept once, and can be taken back", () =>
      Effect.gen(function*() {
        const consent = yield* ConsentStore
        const erasures = yield* ErasureStore
        const made = yield* project
        const [hidden, open] = [Samples.optOut(made), Samples.optOut(made)]
        const { accountId, environment, projectId } = { ...made, ...hidden }
        const { agentNumber, userNumber } = hidden
        yield* consent.put(hidden)
        yield* consent.put(open)
        const of = { accountId, userNumber, until: Samples.at(0) }
        assert.strictEqual(yield* erasures.hideOptOuts({ ...of, accountId: Samples.accountId() }), 0)
        assert.strictEqual(yield* erasures.hideOptOuts(of), 1)
        const page = { limit: 10, cursor: null }
        assert.deepStrictEqual(yield* consent.get(userNumber, agentNumber), Option.some(hidden))
        assert.deepStrictEqual(yield* consent.ofUser({ projectId, environment, userNumber }), Option.some(hidden))
        assert.deepStrictEqual((yield* consent.list({ accountId }, page)).items, [open])
        assert.deepStrictEqual((yield* consent.list({ accountId, userNumber }, page)).items, [hidden])
        yield* consent.put({ ...hidden, optedOutAt: Samples.at(5) })
        assert.deepStrictEqual((yield* consent.list({ accountId, userNumber }, page)).items, [hidden])
        yield* consent.remove(userNumber, agentNumber)
        assert.isTrue(Option.isNone(yield* consent.get(userNumber, agentNumber)))
      }))

    it.effect("a removed one is gone, and a removal of nothing is nothing", () =>
      Effect.gen(function*() {
        const consent = yield* ConsentStore
        const optOut = Samples.optOut(yield* project)
        yield* consent.put(optOut)
        yield* consent.remove(Samples.userNumber(), optOut.agentNumber)
        assert.isTrue(Option.isSome(yield* consent.get(optOut.userNumber, optOut.agentNumber)))
        yield* consent.remove(optOut.userNumber, optOut.agentNumber)
        assert.isTrue(Option.isNone(yield* consent.get(optOut.userNumber, optOut.agentNumber)))
      }))

    it.effect("an account's opt-outs are listed page by page, the latest first, each once, and filtered", () =>
      Effect.gen(function*() {
        const consent = yield* ConsentStore
        const mine = yield* project
        const { accountId } = mine
        const userNumber = Samples.userNumber()
        const all = [
          Samples.optOut(mine, { userNumber, optedOutAt: DateTime.makeUnsafe(4_000) }),
          Samples.optOut(mine, { userNumber, optedOutAt: DateTime.makeUnsafe(3_000) }),
          Samples.optOut(mine, { optedOutAt: DateTime.makeUnsafe(2_000) }),
          Samples.optOut(mine, { environment: "sandbox", optedOutAt: DateTime.makeUnsafe(1_000) })
        ]
        yield* Effect.forEach([...all.toReversed(), Samples.optOut(yield* project)], consent.put, { discard: true })
        for (const limit of [1, 3, 4, 9]) {
          const pages = yield* everyPage((cursor) => consent.list({ accountId }, { limit, cursor }))
          assert.deepStrictEqual(pages.flat(), all)
          assert.strictEqual(pages.length, Math.ceil(4 / limit))
        }
        const found = (filter: object) => Effect.map(consent.list({ accountId, ...filter }, { limit: 9, cursor: null }), ({ items }) => items)
        assert.deepStrictEqual(yield* found({ userNumber }), all.slice(0, 2))
        assert.deepStrictEqual(yield* found({ environment: "sandbox" }), all.slice(3))
        assert.deepStrictEqual(yield* found({ projectId: Samples.projectId() }), [])
        assert.deepStrictEqual(yield* found({ projectId: mine.id }), all)
      }))
  })

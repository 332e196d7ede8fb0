/** What every store of sends for later does. */
import { assert, layer } from "@effect/vitest"
import { Effect, Option } from "effect"
import { ScheduledSendStore } from "@parley/core/ports/ScheduledSendStore"
import * as Samples from "./Samples.ts"
import type { StoreLayer } from "./Stores.ts"
import { everyPage } from "./Stores.ts"

export const scheduledSendStoreSuite = (name: string, stores: StoreLayer) =>
  layer(stores)(`ScheduledSendStore on ${name}`, (it) => {
    it.effect("one comes back as it was put, with nothing and with everything", () =>
      Effect.gen(function*() {
        const store = yield* ScheduledSendStore
        const bare = Samples.scheduledSend()
        const full = Samples.scheduledSend({
          agentNumber: Samples.agentNumber(),
          template: "reminder",
          mediaUrls: ["https://example.com/1.png?a=b&c", "https://example.com/2"],
          body: "Ünï¢ode 😀\nand a second line",
          dueAt: Samples.at(9),
          trouble: { reason: "rate_limited", code: null, detail: "Later." }
        })
        yield* store.insert(bare)
        yield* store.insert(full)
        assert.deepStrictEqual(yield* store.get(bare.id), Option.some(bare))
        assert.deepStrictEqual(yield* store.get(full.id), Option.some(full))
        assert.isTrue(Option.isNone(yield* store.get(Samples.scheduledSendId())))
      }))

    it.effect("an update changes how it stands", () =>
      Effect.gen(function*() {
        const store = yield* ScheduledSendStore
        const one = Samples.scheduledSend()
        yield* store.insert(one)
        const failed = { ...one, status: "failed" as const, dueAt: Samples.at(5), trouble: { reason: "no_numbers", code: null, detail: "None." }, updatedAt: Samples.at(6) }
        yield* store.update(failed)
        assert.deepStrictEqual(yield* store.get(one.id), Option.some(failed))
      }))

    it.effect("those are due whose time has come and that still wait, the longest overdue first, a bounded number", () =>
      Effect.gen(function*() {
        const store = yield* ScheduledSendStore
        // Long before what other tests have put here.
        const at = (millis: number) => Samples.at(millis - 1e9)
        const ids: Array<string> = []
        for (const [dueAt, status] of [[30, "scheduled"], [10, "scheduled"], [20, "cancelled"], [20, "scheduled"], [41, "scheduled"], [5, "sent"]] as const) {
          const one = Samples.scheduledSend({ dueAt: at(dueAt), status })
          ids.push(one.id)
          yield* store.insert(one)
        }
        const due = (now: number, limit: number) => Effect.map(store.due(at(now), limit), (all) => all.map(({ id }) => ids.indexOf(id)))
        assert.deepStrictEqual(yield* due(40, 100), [1, 3, 0])
        assert.deepStrictEqual(yield* due(40, 2), [1, 3])
        assert.deepStrictEqual(yield* due(9, 100), [])
      }))

    it.effect("a list is one project's, newest first, in pages, by user and status", () =>
      Effect.gen(function*() {
        const store = yield* ScheduledSendStore
        const { accountId, id: projectId } = Samples.project()
        const userNumber = Samples.userNumber()
        const all = [
          Samples.scheduledSend({ accountId, projectId }),
          Samples.scheduledSend({ accountId, projectId, userNumber }),
          Samples.scheduledSend({ accountId, projectId, userNumber, status: "cancelled" })
        ]
        yield* Effect.forEach([...all, Samples.scheduledSend({ accountId }), Samples.scheduledSend({ projectId })], store.insert, { discard: true })
        const list = (filter: object, limit = 50) =>
          Effect.map(everyPage((cursor) => store.list({ accountId, projectId, ...filter }, { limit, cursor })), (pages) =>
            pages.map((page) => page.map(({ id }) => all.findIndex((one) => one.id === id))))
        assert.deepStrictEqual(yield* list({}), [[2, 1, 0]])
        assert.deepStrictEqual(yield* list({}, 2), [[2, 1], [0]])
        assert.deepStrictEqual(yield* list({ userNumber }), [[2, 1]])
        assert.deepStrictEqual(yield* list({ userNumber, status: "scheduled" }), [[1]])
      }))
  })

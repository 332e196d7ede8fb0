/** What every store of the posts' progress does. */
import { assert, layer } from "@effect/vitest"
import { DateTime, Effect, Option } from "effect"
import { beginning, firstId } from "@parley/core/Event"
import { advance, beginAt, fail, type WebhookProgress } from "@parley/core/EventWebhook"
import { EventStore } from "@parley/core/ports/EventStore"
import { EventWebhookStore } from "@parley/core/ports/EventWebhookStore"
import * as Samples from "./Samples.ts"
import type { StoreLayer } from "./Stores.ts"
import { reasonOf } from "./Stores.ts"

const year = 365 * 86_400_000

export const eventWebhookStoreSuite = (name: string, stores: StoreLayer) =>
  layer(stores)(`EventWebhookStore on ${name}`, (it) => {
    const begun = (of: Partial<WebhookProgress> = {}): WebhookProgress => ({ ...beginAt(Samples.project().id, "crm", beginning, Samples.at(0)), ...of })

    it.effect("progress comes back as it was written, a project's by name, and a name is given once", () =>
      Effect.gen(function*() {
        const store = yield* EventWebhookStore
        const crm = begun()
        const billing = begun({ projectId: crm.projectId, name: "billing" })
        const failed = fail(billing, { isRefusal: true, trouble: "127.0.0.1 answered 400.", wait: null }, Samples.at(7))
        yield* store.insert(crm)
        yield* store.insert(failed)
        yield* store.insert(begun())
        assert.deepStrictEqual(yield* store.list(crm.projectId), [failed, crm])
        assert.deepStrictEqual(yield* store.get(crm.projectId, "billing"), Option.some(failed))
        assert.strictEqual(yield* reasonOf(store.insert(crm)), "conflict")
        yield* store.remove(crm.projectId, "billing")
        yield* store.remove(crm.projectId, "billing")
        assert.deepStrictEqual(yield* store.list(crm.projectId), [crm])
        assert.deepStrictEqual(yield* store.get(crm.projectId, "billing"), Option.none())
      }))

    it.effect("whoever comes second does not undo what the first has written", () =>
      Effect.gen(function*() {
        const store = yield* EventWebhookStore
        const before = begun()
        yield* store.insert(before)
        const first = advance(before, Samples.eventId(), Samples.at(1))
        assert.isTrue(yield* store.replace(before, first))
        assert.isFalse(yield* store.replace(before, advance(before, Samples.eventId(), Samples.at(1))))
        assert.deepStrictEqual(yield* store.list(before.projectId), [first])
        const failed = fail(first, { isRefusal: false, trouble: "127.0.0.1 answered 500.", wait: null }, Samples.at(1))
        assert.isTrue(yield* store.replace(first, failed))
        assert.isFalse(yield* store.replace(first, advance(first, Samples.eventId(), Samples.at(2))))
        assert.isFalse(yield* store.replace(begun(), before))
      }))

    it.effect("those are due whose time has come and whose project has newer events, the longest due first", () =>
      Effect.gen(function*() {
        const store = yield* EventWebhookStore
        // Long before what other tests do in the same store.
        const at = (millis: number) => DateTime.subtract(Samples.at(millis), { milliseconds: year })
        const event = Samples.messageEvent({}, { id: firstId(at(0)) })
        const { projectId } = event
        yield* (yield* EventStore).append([event])
        const of = (name: string, millis: number, more: Partial<WebhookProgress> = {}) => begun({ projectId, name, nextAt: at(millis), ...more })
        const [later, sooner, tooEarly] = [of("later", 2), of("sooner", 1), of("too-early", 3)]
        for (const each of [later, sooner, tooEarly, of("has-it", 0, { through: event.id }), of("no-events", 0, { projectId: Samples.project().id })]) yield* store.insert(each)
        const due = (limit: number) => store.due(at(2), limit)
        assert.deepStrictEqual(yield* due(10), [sooner, later])
        assert.deepStrictEqual(yield* due(1), [sooner])
        yield* Effect.forEach(yield* store.list(projectId), ({ name }) => store.remove(projectId, name))
      }))
  })

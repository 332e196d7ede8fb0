/** What every store of the audit log does. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { AuditStore } from "@parley/core/ports/AuditStore"
import * as Samples from "./Samples.ts"
import type { StoreLayer } from "./Stores.ts"
import { everyPage, reasonOf } from "./Stores.ts"

export const auditStoreSuite = (name: string, stores: StoreLayer) =>
  layer(stores)(`AuditStore on ${name}`, (it) => {
    const all = { limit: 100, cursor: null }

    it.effect("entries come back whole, newest first, a page at a time", () =>
      Effect.gen(function*() {
        const log = yield* AuditStore
        const accountId = Samples.accountId()
        const entries = [0, 1, 2, 3, 4].map((millis) => Samples.auditEntry({ accountId, at: Samples.at(millis), projectId: millis === 0 ? Samples.projectId() : null }))
        for (const entry of entries) yield* log.append(entry)
        const pages = yield* everyPage((cursor) => log.list({ accountId }, { limit: 2, cursor }))
        assert.deepStrictEqual(pages.map((page) => page.length), [2, 2, 1])
        assert.deepStrictEqual(pages.flat(), entries.toReversed())
      }))

    it.effect("an entry that was written stays as it was written", () =>
      Effect.gen(function*() {
        const log = yield* AuditStore
        const entry = Samples.auditEntry()
        yield* log.append(entry)
        assert.strictEqual(yield* reasonOf(log.append({ ...entry, detail: "Nothing happened." })), "conflict")
        assert.deepStrictEqual((yield* log.list({ accountId: entry.accountId }, all)).items, [entry])
        // What could change one would have to be here.
        assert.deepStrictEqual(Object.keys(log).toSorted(), ["append", "list", "purge"])
      }))

    it.effect("filters are combined, and another account's entries are not shown", () =>
      Effect.gen(function*() {
        const log = yield* AuditStore
        const accountId = Samples.accountId()
        const made = Samples.auditEntry({ accountId, action: "key.created", subject: "key_1", at: Samples.at(10) })
        const revoked = Samples.auditEntry({ accountId, action: "key.revoked", subject: "key_1", at: Samples.at(20) })
        const other = Samples.auditEntry({ accountId, action: "key.revoked", subject: "key_2", at: Samples.at(30) })
        const foreign = Samples.auditEntry({ action: "key.created", subject: "key_1" })
        for (const entry of [made, revoked, other, foreign]) yield* log.append(entry)
        const listed = (filter: object) => Effect.map(log.list({ accountId, ...filter }, all), ({ items }) => items)
        assert.deepStrictEqual(yield* listed({ subject: "key_1" }), [revoked, made])
        assert.deepStrictEqual(yield* listed({ action: "key.revoked" }), [other, revoked])
        assert.deepStrictEqual(yield* listed({ action: "key.revoked", subject: "key_1" }), [revoked])
        assert.deepStrictEqual(yield* listed({ after: Samples.at(20), before: Samples.at(30) }), [revoked])
      }))

    it.effect("only age removes entries, the oldest first and a bounded number of them", () =>
      Effect.gen(function*() {
        const log = yield* AuditStore
        const accountId = Samples.accountId()
        // Older than what the other tests write.
        const entries = [-50, -40, -30].map((days) => Samples.auditEntry({ accountId, at: Samples.at(days * 86_400_000) }))
        for (const entry of entries) yield* log.append(entry)
        const limit = Samples.at(-30 * 86_400_000)
        assert.strictEqual(yield* log.purge(limit, 1), 1)
        assert.deepStrictEqual((yield* log.list({ accountId }, all)).items, entries.slice(1).toReversed())
        assert.strictEqual(yield* log.purge(limit, 10), 1)
        assert.strictEqual(yield* log.purge(limit, 10), 0)
        assert.deepStrictEqual((yield* log.list({ accountId }, all)).items, entries.slice(2))
      }))
  })

import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import * as AuditLog from "@parley/core/AuditLog"
import * as NumberProvisioning from "@parley/core/NumberProvisioning"
import * as NumberSteps from "@parley/core/NumberSteps"
import * as Operators from "@parley/core/Operators"
import { AuditStore } from "@parley/core/ports/AuditStore"
import { Transactor } from "@parley/core/ports/Store"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import * as FakeMarket from "./FakeMarket.ts"
import { accountId, connector, first, send, world } from "./World.ts"

const { projectId } = connector
const key = Effect.provideService(AuditLog.CurrentActor, "key_ci")

const entries = Effect.map(Effect.flatMap(AuditStore, (log) => log.list({ accountId }, { limit: 100, cursor: null })), ({ items }) => items.toReversed())
const told = Effect.map(entries, (all) => all.map(({ action, actor, detail, subject }) => [actor, action, subject, detail]))

const append = (deed: Partial<AuditLog.Deed> = {}) => AuditLog.append({ accountId, projectId: null, action: "key.created", subject: "key_1", ...deed })

describe("the audit log", () => {
  it.effect("tells who took a conversation over, gave it back and ended it", () =>
    Effect.gen(function*() {
      const { sessionId } = yield* send("Hello")
      yield* key(Operators.takeOver(accountId, sessionId, "grace", "the user is Ada Lovelace"))
      yield* key(Operators.release(accountId, sessionId))
      yield* key(Operators.end(accountId, sessionId))
      assert.deepStrictEqual(yield* told, [
        ["key_ci", "session.taken_over", sessionId, "By grace"],
        ["key_ci", "session.handed_back", sessionId, ""],
        ["key_ci", "session.ended", sessionId, ""]
      ])
    }).pipe(Effect.provide(world())))

  it.effect("does not tell of what was refused or undone", () =>
    Effect.gen(function*() {
      const { transact } = yield* Transactor
      const { sessionId } = yield* send("Hello")
      yield* Effect.flip(Operators.release(accountId, sessionId))
      yield* Effect.flip(transact(Effect.andThen(append(), Effect.fail("undone"))))
      assert.deepStrictEqual(yield* told, [])
    }).pipe(Effect.provide(world())))

  it.effect("tells who asked for a number, and what came of it", () =>
    Effect.gen(function*() {
      const [cheapest] = FakeMarket.shelf as [PhoneNumber]
      const wish = { owner: { accountId, projectId }, environment: "live", wanted: cheapest, isImport: false, registration: null, campaign: null } as const
      const { operation } = yield* key(NumberProvisioning.provision(wish, null))
      yield* NumberSteps.run(operation.id)
      const released = yield* key(NumberProvisioning.release(wish.owner, first))
      yield* NumberSteps.run(released.id)
      const fake = yield* FakeMarket.FakeMarket
      fake.faults.set("buy", ["rejected"])
      const { operation: refused } = yield* key(NumberProvisioning.provision({ ...wish, wanted: FakeMarket.shelf[1] as PhoneNumber }, null))
      yield* NumberSteps.run(refused.id)
      assert.deepStrictEqual((yield* told).map(([actor, action, , detail]) => [actor, action, detail?.split(":")[0]]), [
        ["key_ci", "number.purchase_begun", operation.id],
        ["gateway", "number.activated", operation.id],
        ["key_ci", "number.release_begun", released.id],
        ["gateway", "number.released", released.id],
        ["key_ci", "number.purchase_begun", refused.id],
        ["gateway", "number.failed", refused.id]
      ])
    }).pipe(Effect.provide(FakeMarket.layer.pipe(Layer.provideMerge(world())))))

  it.effect("holds no whole number, and of an address nothing that may be secret", () =>
    Effect.gen(function*() {
      yield* append({ subject: first, detail: `agent "url" nothing → "https://ada:pw@agents.example.com/sms?token=s3cret#x", +447700900123` })
      yield* append({ detail: "x".repeat(5_000) })
      const [number, long] = yield* entries
      assert.strictEqual(number?.subject, "+14*******01")
      assert.strictEqual(number?.detail, `agent "url" nothing → "https://agents.example.com/sms", +44********23`)
      assert.strictEqual(long?.detail.length, 1_000)
    }).pipe(Effect.provide(world())))

  it("is written, read and purged by one statement each, and changed by none", () => {
    const folder = new URL("../src/", import.meta.url)
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"))
    const source = files.map((file) => readFileSync(new URL(file, folder), "utf8")).join("\n")
    const statements = [...source.matchAll(/\b(INSERT INTO|UPDATE|DELETE FROM|FROM|JOIN) audit_log\b/gu)].map(([, verb]) => verb)
    assert.deepStrictEqual(statements.toSorted(), ["DELETE FROM", "FROM", "FROM", "INSERT INTO"])
  })
})

import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import * as Samples from "@parley/conformance/Samples"
import * as AuditLog from "@parley/core/AuditLog"
import * as Housekeeping from "@parley/core/Housekeeping"
import * as Operators from "@parley/core/Operators"
import { AuditStore } from "@parley/core/ports/AuditStore"
import { ConsentStore } from "@parley/core/ports/ConsentStore"
import { Directory } from "@parley/core/ports/Directory"
import { RedactionStore } from "@parley/core/ports/RedactionStore"
import { SessionStore } from "@parley/core/ports/SessionStore"
import * as ScheduledSends from "@parley/core/ScheduledSends"
import * as Timers from "@parley/core/Timers"
import { accountId, connector, conversed, converse, drain, first, project, send, text, user, world } from "./World.ts"

const keeping = (retention: object) =>
  Effect.gen(function*() {
    const made = yield* project
    yield* (yield* Directory).putProject({ ...made, config: Samples.config({ retention }) })
  })

const tidied = (limit = 500) =>
  Effect.gen(function*() {
    let rounds = 1
    while (yield* Housekeeping.tidy(limit)) rounds++
    return rounds
  })

const rowsOf = (table: string) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const [row] = yield* sql<{ n: number }>`SELECT count(*) AS n FROM ${sql(table)}`
    return Number(row?.n ?? -1)
  })

describe("housekeeping", () => {
  it.effect("deletes what ended longer ago than the project wants it kept, and asks the carrier to forget it", () =>
    Effect.gen(function*() {
      yield* keeping({ delete_after: "30 days", redact_at_carrier: true })
      const { sessionId } = yield* send("Hello")
      yield* drain()
      yield* text("STOP")
      yield* drain()
      assert.strictEqual(yield* rowsOf("messages"), 3)
      yield* TestClock.adjust("29 days")
      yield* tidied()
      assert.strictEqual(yield* rowsOf("messages"), 3)
      yield* TestClock.adjust("2 days")
      yield* tidied()
      assert.deepStrictEqual([yield* rowsOf("messages"), yield* rowsOf("sessions")], [0, 0])
      assert.deepStrictEqual((yield* (yield* RedactionStore).count()).waiting, 3)
      assert.strictEqual((yield* (yield* ConsentStore).get(user, first))._tag, "Some")
      assert.strictEqual((yield* (yield* SessionStore).get(sessionId))._tag, "None")
    }).pipe(Effect.provide(world())))

  it.effect("keeps everything where the project says nothing", () =>
    Effect.gen(function*() {
      const { sessionId } = yield* send("Hello")
      yield* Operators.end(accountId, sessionId)
      yield* TestClock.adjust("3650 days")
      yield* tidied()
      assert.deepStrictEqual([yield* rowsOf("messages"), yield* rowsOf("sessions")], [1, 1])
    }).pipe(Effect.provide(world())))

  it.effect("removes records at their own age, whatever the projects keep", () =>
    Effect.gen(function*() {
      yield* AuditLog.append({ accountId, projectId: null, action: "key.created", subject: "key_1" })
      const entries = Effect.map(Effect.flatMap(AuditStore, (log) => log.list({ accountId }, { limit: 9, cursor: null })), ({ items }) => items.length)
      yield* TestClock.adjust("10 days")
      yield* tidied()
      assert.strictEqual(yield* entries, 1)
      yield* tidied().pipe(Effect.provideService(Housekeeping.CurrentHousekeepingTimes, { recordsKept: Duration.days(9) }))
      assert.strictEqual(yield* entries, 0)
    }).pipe(Effect.provide(world())))

  it.effect("works in rounds of a bounded number of rows, until nothing is left", () =>
    Effect.gen(function*() {
      yield* keeping({ delete_after: "1 day" })
      for (let i = 0; i < 25; i++) yield* Operators.end(accountId, (yield* send(`Hello ${i}`)).sessionId)
      yield* drain()
      yield* TestClock.adjust("2 days")
      assert.isTrue(yield* Housekeeping.tidy(10))
      assert.strictEqual(yield* rowsOf("sessions"), 15)
      assert.strictEqual(yield* tidied(10), 2)
      assert.strictEqual(yield* rowsOf("sessions"), 0)
    }).pipe(Effect.provide(world())))
})

/** Tables that traffic fills. Opt-outs are not among them: those are kept for good. */
const hot = ["sessions", "messages", "scheduled_sends", "idempotency", "counters"] as const

describe("a year of traffic", () => {
  it.effect("leaves the hot tables as large as they were after the first two months, and forgets no opt-out", () =>
    Effect.gen(function*() {
      yield* keeping({ delete_after: "30 days" })
      let users = 0
      const next = () => PhoneNumber.make(`+1415556${String(++users).padStart(4, "0")}`)
      const sizes: Array<ReadonlyArray<number>> = []
      for (let day = 0; day < 365; day += 5) {
        const [asked, silent, later, leaving] = [next(), next(), next(), next()]
        const idempotency = { key: `${accountId}/conn/outbound-sms/${day}`, fingerprint: "f" }
        const { sessionId } = yield* send("Is Friday fine?", { userNumber: asked, idempotency })
        yield* send("Anybody there?", { userNumber: silent })
        yield* ScheduledSends.schedule(
          { connector, text: "See you", userNumber: later, agentNumber: first, idempotency: null },
          DateTime.addDuration(yield* DateTime.now, "12 hours")
        )
        yield* drain()
        yield* text("Yes", { from: asked })
        yield* converse(sessionId)
        conversed(yield* text("Hi there", { from: leaving }))
        yield* text("STOP", { from: leaving })
        yield* drain()
        yield* TestClock.adjust("5 days")
        yield* ScheduledSends.fireDue(100)
        for (const id of yield* (yield* SessionStore).timersDue(yield* DateTime.now, 100)) yield* Timers.fire(id)
        yield* drain()
        yield* tidied()
        sizes.push(yield* Effect.forEach(hot, rowsOf))
      }
      // Seven days until an unanswered session ends, and thirty in which it is kept.
      const settled = sizes.slice(12)
      hot.forEach((table, i) => {
        const counts = settled.map((row) => row[i] ?? 0)
        assert.deepStrictEqual([...new Set(counts)], counts.slice(0, 1), table)
      })
      assert.isAbove(Math.min(...settled.map(([sessions]) => sessions ?? 0)), 15)
      assert.strictEqual(yield* rowsOf("opt_outs"), sizes.length)
    }).pipe(Effect.provide(world())))
})

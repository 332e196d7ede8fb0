/** Sends for later, and sends made of templates, on a real store. */
import { assert, describe, it } from "@effect/vitest"
import { DateTime, type Duration, Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import * as Samples from "@parley/conformance/Samples"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { ScheduledSendId } from "@parley/schema/Ids"
import * as Outbound from "@parley/core/Outbound"
import { Directory } from "@parley/core/ports/Directory"
import { ScheduledSendStore } from "@parley/core/ports/ScheduledSendStore"
import { SessionStore } from "@parley/core/ports/SessionStore"
import * as ScheduledSends from "@parley/core/ScheduledSends"
import * as FakeCarrier from "./FakeCarrier.ts"
import * as World from "./World.ts"
import { connector, first, send, user, world } from "./World.ts"

const plan = (text: Outbound.SendRequest["text"], after: Duration.Input, of: Partial<Outbound.SendRequest> = {}) =>
  Effect.flatMap(DateTime.now, (now) =>
    ScheduledSends.schedule({ connector, text, userNumber: user, agentNumber: null, idempotency: null, ...of }, DateTime.addDuration(now, after)))

const get = (id: ScheduledSendId) => Effect.map(Effect.flatMap(ScheduledSendStore, (store) => store.get(id)), Option.getOrThrow)
const cancel = (id: ScheduledSendId) => Effect.flatMap(World.project, ({ accountId, id: projectId }) => ScheduledSends.cancel(accountId, projectId, id))
const sessions = Effect.map(Effect.flatMap(SessionStore, (store) => store.list({ accountId: World.accountId }, { limit: 100, cursor: null })), ({ items }) => items)
const tag = <A, E extends { readonly _tag: string }, R>(effect: Effect.Effect<A, E, R>) => Effect.map(Effect.flip(effect), ({ _tag }) => _tag)
const sent = Effect.map(FakeCarrier.FakeCarrier, (carrier) => carrier.held.map(({ text }) => text.body))

describe("A send for later", () => {
  it.effect("is no session before its time, and one session at it, however often it is fired", () =>
    Effect.gen(function*() {
      const { sessionId: current } = yield* send("Now")
      const { id } = yield* plan("Later", "1 hour")
      assert.deepInclude(yield* get(id), { status: "scheduled", body: "Later", sessionId: null, agentNumber: null })
      yield* TestClock.adjust(3_600_000 - 1)
      assert.strictEqual(yield* ScheduledSends.fire(id, 0), "not_due")
      assert.strictEqual(yield* World.state(current), "unanswered")
      yield* TestClock.adjust(1)
      const all = yield* Effect.all(Effect.replicate(ScheduledSends.fire(id, 0), 10), { concurrency: "unbounded" })
      assert.deepStrictEqual(all.filter((each) => each !== "not_due"), ["sent"])
      const { messageId, sessionId, status } = yield* get(id)
      assert.strictEqual(status, "sent")
      assert.strictEqual((yield* sessions).length, 2)
      assert.strictEqual(yield* World.state(current), "ended superseded")
      assert.isNotNull(sessionId)
      if (messageId !== null) assert.deepInclude(yield* World.message(messageId), { body: "Later", purpose: "opening", sessionId })
    }).pipe(Effect.provide(world())))

  it.effect("leaves when the sweep finds it, in bounded batches", () =>
    Effect.gen(function*() {
      for (let i = 0; i < 5; i++) yield* plan(`Text ${i}`, "1 hour", { agentNumber: first, userNumber: Samples.userNumber() })
      assert.strictEqual(yield* ScheduledSends.fireDue(3), 0)
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual([yield* ScheduledSends.fireDue(3), yield* ScheduledSends.fireDue(3), yield* ScheduledSends.fireDue(3)], [3, 2, 0])
      yield* World.drain()
      assert.sameMembers([...yield* sent], ["Text 0", "Text 1", "Text 2", "Text 3", "Text 4"])
    }).pipe(Effect.provide(world())))

  it.effect("has to be in the future, and at most 35 days ahead", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* tag(plan("Hello", 0)), "SendTimeRefused")
      assert.deepInclude(yield* Effect.flip(plan("Hello", 35 * 86_400_000 + 1)), { reason: "too_far" })
      yield* plan("Hello", "35 days")
      yield* plan("Hello", "1 millis")
    }).pipe(Effect.provide(world())))

  it.effect("is refused at once where a send would be", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* tag(plan("Hello", "1 hour", { agentNumber: PhoneNumber.make("+15005550099") })), "NotProvisioned")
      assert.strictEqual(yield* tag(plan({ template: "none", variables: {} }, "1 hour")), "UnknownTemplate")
      yield* plan("Hello", "1 hour")
      assert.strictEqual(yield* tag(plan("Hello", "1 hour")), "OutboundRateExceeded")
    }).pipe(Effect.provide(world({ limits: { outbound_per_minute: 2 } }))))

  it.effect("that is cancelled is not sent; cancelling twice is cancelling once, and what was sent can't be", () =>
    Effect.gen(function*() {
      const one = yield* plan("One", "1 hour")
      const two = yield* plan("Two", "1 hour")
      assert.strictEqual((yield* cancel(one.id)).status, "cancelled")
      assert.strictEqual((yield* cancel(one.id)).status, "cancelled")
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* ScheduledSends.fireDue(10), 1)
      assert.deepInclude(yield* Effect.flip(cancel(two.id)), { _tag: "ScheduledSendSettled", status: "sent" })
      assert.strictEqual((yield* sessions).length, 1)
      const other = Samples.project()
      assert.strictEqual(yield* tag(ScheduledSends.cancel(other.accountId, other.id, one.id)), "ScheduledSendNotFound")
    }).pipe(Effect.provide(world())))

  it.effect("answers a repeat with its key as it did before, also after its time", () =>
    Effect.gen(function*() {
      const keyed = { idempotency: { key: "k", fingerprint: "f" } }
      const at = DateTime.add(yield* DateTime.now, { hours: 1 })
      const request = { connector, text: "Hello", userNumber: user, agentNumber: null, ...keyed }
      const before = yield* ScheduledSends.schedule(request, at)
      assert.deepStrictEqual(yield* ScheduledSends.schedule(request, at), { id: before.id, replayed: true })
      yield* TestClock.adjust("2 hours")
      assert.isTrue((yield* ScheduledSends.schedule(request, at)).replayed)
      assert.strictEqual(yield* tag(ScheduledSends.schedule({ ...request, idempotency: { key: "k", fingerprint: "other" } }, at)), "IdempotencyConflict")
    }).pipe(Effect.provide(world())))
})

describe("When its time comes, a send for later", () => {
  it.effect("waits for the project's rate, with the reason, and is sent then", () =>
    Effect.gen(function*() {
      const ids: Array<ScheduledSendId> = []
      for (let i = 0; i < 5; i++) {
        ids.push((yield* plan(`Text ${i}`, "1 hour", { userNumber: Samples.userNumber() })).id)
        yield* TestClock.adjust("20 seconds")
      }
      yield* TestClock.adjust("1 hour")
      yield* ScheduledSends.fireDue(100)
      const waiting = yield* Effect.filter(ids, (id) => Effect.map(get(id), ({ status }) => status === "scheduled"))
      assert.lengthOf(waiting, 2)
      for (const id of waiting) {
        const { dueAt, sendAt, trouble } = yield* get(id)
        assert.isTrue(DateTime.isGreaterThan(dueAt, sendAt))
        assert.deepInclude(trouble, { reason: "rate_limited" })
      }
      for (let i = 0; i < 120; i++) {
        yield* TestClock.adjust("1 second")
        yield* ScheduledSends.fireDue(100)
      }
      for (const id of ids) assert.deepInclude(yield* get(id), { status: "sent", trouble: null })
    }).pipe(Effect.provide(world({ limits: { outbound_per_minute: 3 } }))))

  it.effect("fails with the reason when its number, its connector or its project's numbers are gone", () =>
    Effect.gen(function*() {
      const directory = yield* Directory
      const asked = yield* plan("Asked", "1 hour", { agentNumber: first })
      const any = yield* plan("Any", "2 hours")
      const last = yield* plan("Last", "3 hours")
      yield* directory.removeNumber(first)
      yield* TestClock.adjust("1 hour")
      yield* ScheduledSends.fireDue(10)
      assert.deepInclude((yield* get(asked.id)).trouble, { reason: "agent_number_not_provisioned" })
      yield* directory.removeNumber(World.second)
      yield* TestClock.adjust("1 hour")
      yield* ScheduledSends.fireDue(10)
      const { status, trouble } = yield* get(any.id)
      assert.strictEqual(status, "failed")
      assert.deepStrictEqual(trouble, { reason: "no_numbers", code: null, detail: "No numbers are provisioned for the project in the environment \"live\"." })
      yield* directory.removeConnector(connector.id)
      yield* TestClock.adjust("1 hour")
      yield* ScheduledSends.fireDue(10)
      assert.deepInclude((yield* get(last.id)).trouble, { reason: "connector_removed" })
      assert.isEmpty(yield* sessions)
    }).pipe(Effect.provide(world())))

  it.effect("is suppressed for a user who has opted out since", () =>
    Effect.gen(function*() {
      const { id } = yield* plan("Hello", "1 hour", { agentNumber: first })
      yield* World.text("STOP")
      yield* TestClock.adjust("1 hour")
      yield* ScheduledSends.fireDue(10)
      const { messageId, status } = yield* get(id)
      assert.strictEqual(status, "sent")
      if (messageId !== null) assert.deepInclude(yield* World.message(messageId), { status: "suppressed" })
    }).pipe(Effect.provide(world())))

  it.effect("is held in the user's quiet hours", () =>
    Effect.gen(function*() {
      const { id } = yield* plan("Hello", "30 minutes", { agentNumber: first })
      yield* TestClock.adjust("30 minutes")
      yield* ScheduledSends.fireDue(10)
      const { messageId } = yield* get(id)
      assert.isNotNull(messageId)
      if (messageId !== null) assert.isNotNull((yield* World.message(messageId)).heldUntil)
    }).pipe(Effect.provide(world({ quietHours: { enabled: true } }))))

  it.effect("fails when the gateway was away for longer than a text is valid", () =>
    Effect.gen(function*() {
      const { id } = yield* plan("Hello", "1 hour")
      yield* TestClock.adjust("26 hours")
      yield* ScheduledSends.fireDue(10)
      assert.deepInclude((yield* get(id)).trouble, { reason: "expired" })
    }).pipe(Effect.provide(world())))
})

describe("A send that is made of a template", () => {
  const templates = [{ name: "reminder", environment: "live", title: "Reminder", body: "Hi ${name}" }]

  it.effect("carries the filled text", () =>
    Effect.gen(function*() {
      const { messageId } = yield* Outbound.accept({ connector, text: { template: "reminder", variables: { name: "Ann" } }, userNumber: user, agentNumber: first, idempotency: null })
      assert.strictEqual((yield* World.message(messageId)).body, "Hi Ann")
      const { id } = yield* plan({ template: "reminder", variables: { name: "Bo" } }, "1 hour")
      assert.deepInclude(yield* get(id), { body: "Hi Bo", template: "reminder" })
    }).pipe(Effect.provide(world({ templates }))))

  it.effect("is refused without using the rate when it can't be made", () =>
    Effect.gen(function*() {
      const refused = (template: string, variables: Record<string, string>) =>
        Effect.flip(Outbound.accept({ connector, text: { template, variables }, userNumber: user, agentNumber: first, idempotency: null }))
      assert.deepInclude(yield* refused("reminder", {}), { _tag: "MissingVariables", names: ["name"] })
      assert.deepInclude(yield* refused("Reminder", {}), { _tag: "UnknownTemplate", environment: "live" })
      assert.deepInclude(yield* refused("reminder", { name: "x".repeat(1_600) }), { _tag: "FilledTextRefused" })
      assert.strictEqual((yield* Outbound.allowance(yield* World.project)).remaining, 100)
    }).pipe(Effect.provide(world({ templates }))))
})

import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Fiber, Latch, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import { beginning, type Event, userOf } from "@parley/core/Event"
import * as Samples from "@parley/conformance/Samples"
import * as EventWebhooks from "@parley/core/EventWebhooks"
import * as Erasures from "@parley/core/Erasures"
import { Directory } from "@parley/core/ports/Directory"
import { EventStore } from "@parley/core/ports/EventStore"
import { EventWebhookStore } from "@parley/core/ports/EventWebhookStore"
import { Transactor } from "@parley/core/ports/Store"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import * as FakeReceiver from "./FakeReceiver.ts"
import { accountId, project, send, user, world } from "./World.ts"

const crm = { name: "crm", url: "https://crm.example.com/parley", secret_env: "CRM_SECRET" }
const other = PhoneNumber.make("+14155550199")

const kept = (webhook: object = crm, events: object = {}) => Layer.provideMerge(FakeReceiver.layer, world({ events: { webhooks: [webhook], ...events } }))

/** As `parley apply` does it. */
const settled = Effect.gen(function*() {
  const { transact } = yield* Transactor
  yield* transact(EventWebhooks.settle(yield* project))
})

const changed = Effect.fnUntraced(function*(events: object | null) {
  const { transact } = yield* Transactor
  const after = { ...yield* project, config: Samples.config({ events }) }
  yield* transact(Effect.andThen((yield* Directory).putProject(after), EventWebhooks.settle(after)))
})

const step = Effect.flatMap(project, ({ id }) => EventWebhooks.step(id, "crm"))
/** What its owner does until there is nothing more to do now. */
const stepped = Effect.repeat(step, { while: (getsOn) => getsOn })
const progress = Effect.flatMap(project, ({ id }) => Effect.flatMap(EventWebhookStore, (store) => Effect.map(store.get(id, "crm"), Option.getOrThrow)))
const due = Effect.gen(function*() {
  return (yield* (yield* EventWebhookStore).due(yield* DateTime.now, 10)).map(({ name }) => name)
})
const logged = Effect.flatMap(project, ({ id }) => Effect.flatMap(EventStore, (store) => Effect.map(store.after(id, beginning, 1_000), ({ events }) => events)))
const receiver = FakeReceiver.FakeReceiver
const ids = (events: ReadonlyArray<Event>) => events.map(({ id }) => id)

describe("a webhook", () => {
  it.effect("begins with the next event, has each of them once and in order, and is not due then", () =>
    Effect.gen(function*() {
      yield* send("Before")
      yield* settled
      yield* settled
      const before = yield* logged
      assert.deepStrictEqual(yield* due, [])
      yield* send("Hello")
      yield* send("Hello again")
      assert.deepStrictEqual(yield* due, ["crm"])
      yield* stepped
      const fake = yield* receiver
      assert.isAbove(fake.taken.length, 2)
      assert.deepStrictEqual(ids(fake.taken), ids((yield* logged).slice(before.length)))
      assert.deepStrictEqual(yield* due, [])
      assert.isFalse(yield* step)
      assert.deepStrictEqual(ids(fake.attempts), ids(fake.taken))
    }).pipe(Effect.provide(kept())))

  it.effect("has what its filter lets through, and goes past the rest", () =>
    Effect.gen(function*() {
      yield* settled
      yield* send("One")
      yield* send("Two")
      yield* stepped
      const { taken } = yield* receiver
      assert.deepStrictEqual(taken.map(({ type }) => type), ["session.ended"])
      assert.strictEqual((yield* progress).through, (yield* logged).at(-1)?.id)
    }).pipe(Effect.provide(kept({ ...crm, types: ["session.ended"], environment: "live" }))))

  it.effect("of another environment has nothing of this one", () =>
    Effect.gen(function*() {
      yield* settled
      yield* send("One")
      yield* stepped
      assert.deepStrictEqual((yield* receiver).attempts, [])
      assert.deepStrictEqual(yield* due, [])
    }).pipe(Effect.provide(kept({ ...crm, environment: "sandbox" }))))

  it.effect("that is taken out of the file has no more, and begins anew when it is put back; under another URL it goes on", () =>
    Effect.gen(function*() {
      yield* settled
      yield* send("One")
      yield* changed({ webhooks: [{ ...crm, url: "https://new.example.com" }] })
      yield* stepped
      const fake = yield* receiver
      const first = fake.taken.length
      assert.isAbove(first, 0)
      yield* send("Two")
      yield* changed({ webhooks: [] })
      assert.isFalse(yield* step)
      yield* changed({ webhooks: [crm] })
      yield* stepped
      assert.lengthOf(fake.taken, first)
      yield* send("Three")
      yield* stepped
      assert.isAbove(fake.taken.length, first)
      yield* changed(null)
      assert.deepStrictEqual(yield* (yield* EventWebhookStore).list((yield* project).id), [])
    }).pipe(Effect.provide(kept())))

  it.effect("that is away is tried again ever later, with one event, and then has them all", () =>
    Effect.gen(function*() {
      yield* settled
      yield* send("One")
      const fake = yield* receiver
      fake.take = FakeReceiver.isAway
      yield* stepped
      const [first] = yield* logged
      assert.deepStrictEqual(ids(fake.attempts), first === undefined ? [] : [first.id])
      assert.deepInclude(yield* progress, { failures: 1, trouble: "crm.example.com answered 503.", through: beginning })
      assert.deepStrictEqual(yield* due, [])
      for (const [failures, seconds] of [[2, 5], [3, 10], [4, 20]] as const) {
        yield* TestClock.adjust(Duration.millis(seconds * 1_000 - 1))
        assert.isFalse(yield* step)
        assert.deepInclude(yield* progress, { failures: failures - 1 })
        yield* TestClock.adjust(Duration.millis(1))
        assert.deepStrictEqual(yield* due, ["crm"])
        yield* stepped
        assert.deepInclude(yield* progress, { failures })
        assert.lengthOf(fake.attempts, failures)
      }
      fake.take = FakeReceiver.takesAll
      yield* TestClock.adjust("40 seconds")
      yield* stepped
      assert.deepStrictEqual(ids(fake.taken), ids(yield* logged))
      assert.deepInclude(yield* progress, { failures: 0, failingSince: null, trouble: null })
    }).pipe(Effect.provide(kept())))

  it.effect("that fails in the middle has what was dealt with only once, everything in the end, and nothing out of a user's order", () =>
    Effect.gen(function*() {
      yield* settled
      for (const n of [1, 2, 3]) {
        yield* send(`${n} to the one`)
        yield* send(`${n} to the other`, { userNumber: other })
      }
      const fake = yield* receiver
      const all = yield* logged
      const bad = all[3]?.id
      fake.take = (event, webhook) => event.id === bad ? FakeReceiver.isAway(event, webhook) : Effect.void
      yield* stepped
      const { through } = yield* progress
      assert.isTrue(through >= (all[0]?.id ?? "") && through < (bad ?? ""))
      fake.take = FakeReceiver.takesAll
      yield* TestClock.adjust("5 seconds")
      yield* stepped
      assert.deepStrictEqual([...new Set(ids(fake.taken))].toSorted(), ids(all))
      for (const id of ids(all).filter((id) => id <= through)) assert.lengthOf(fake.taken.filter((event) => event.id === id), 1)
      for (const each of [user, other]) {
        const first = [...new Set(ids(fake.taken.filter((event) => userOf(event) === each)))]
        assert.deepStrictEqual(first, ids(all.filter((event) => userOf(event) === each)))
      }
    }).pipe(Effect.provide(kept())))

  it.effect("that refuses an event for what it is has the next ones after eight times, and an absence in between does not count", () =>
    Effect.gen(function*() {
      yield* settled
      yield* send("One")
      const fake = yield* receiver
      const [first] = yield* logged
      fake.take = (event, webhook) => event.id === first?.id ? FakeReceiver.refuses(event, webhook) : Effect.void
      for (let attempt = 1; attempt < 8; attempt++) {
        yield* stepped
        yield* TestClock.adjust("15 minutes")
      }
      assert.deepInclude(yield* progress, { failures: 7, refusals: 7 })
      const refusing = fake.take
      fake.take = FakeReceiver.isAway
      yield* stepped
      yield* TestClock.adjust("15 minutes")
      assert.deepInclude(yield* progress, { failures: 8, refusals: 7, through: beginning })
      fake.take = refusing
      yield* stepped
      assert.lengthOf(fake.attempts.filter(({ id }) => id === first?.id), 9)
      assert.deepStrictEqual(ids(fake.taken), ids((yield* logged).slice(1)))
      assert.deepInclude(yield* progress, { failures: 0, refusals: 0 })
    }).pipe(Effect.provide(kept())))

  it.effect("that was away until events were removed by age goes on after them", () =>
    Effect.gen(function*() {
      yield* settled
      yield* send("Old")
      const old = yield* logged
      yield* TestClock.adjust("8 days")
      const { transact } = yield* Transactor
      yield* transact((yield* EventStore).purge((yield* project).id, yield* DateTime.now, 1_000))
      yield* send("New")
      yield* stepped
      const { taken } = yield* receiver
      assert.isAbove(old.length, 0)
      assert.deepStrictEqual(ids(taken), ids(yield* logged))
      assert.isAbove(taken.length, 0)
    }).pipe(Effect.provide(kept())))

  it.effect("has what an erasure left of an event that waited for it", () =>
    Effect.gen(function*() {
      yield* settled
      yield* send("My secret is tangerine")
      yield* Erasures.request(accountId, user)
      yield* Erasures.advanceDue(100)
      yield* stepped
      const { taken } = yield* receiver
      assert.isAbove(taken.length, 0)
      for (const event of taken) {
        assert.notStrictEqual(userOf(event), user)
        assert.notInclude(JSON.stringify(event), "tangerine")
      }
    }).pipe(Effect.provide(kept())))
})

describe("a step that is stopped in the middle", () => {
  it.effect("leaves what was taken taken", () =>
    Effect.gen(function*() {
      yield* settled
      yield* send("One")
      yield* send("Two")
      const fake = yield* receiver
      const reached = yield* Latch.make()
      const third = (yield* logged)[2]?.id
      fake.take = ({ id }) => id === third ? Effect.andThen(reached.open, Effect.never) : Effect.void
      const owner = yield* Effect.forkChild(stepped)
      yield* reached.await
      yield* Fiber.interrupt(owner)
      assert.lengthOf(fake.taken, 2)
      assert.strictEqual((yield* progress).through, fake.taken[1]?.id)
      fake.take = FakeReceiver.takesAll
      yield* stepped
      assert.deepStrictEqual(ids(fake.taken), ids(yield* logged))
    }).pipe(Effect.provide(kept())))

  it.effect("or that another owner has overtaken writes nothing over the other's", () =>
    Effect.gen(function*() {
      yield* settled
      yield* send("One")
      const fake = yield* receiver
      const [gate, reached] = [yield* Latch.make(), yield* Latch.make()]
      fake.take = () => Effect.andThen(reached.open, gate.await)
      const slow = yield* Effect.forkChild(step)
      yield* reached.await
      fake.take = FakeReceiver.takesAll
      yield* stepped
      const after = yield* progress
      yield* gate.open
      assert.isFalse(yield* Fiber.join(slow))
      assert.deepStrictEqual(yield* progress, after)
    }).pipe(Effect.provide(kept())))
})

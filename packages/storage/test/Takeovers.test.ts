import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as Operators from "@parley/core/Operators"
import * as Turns from "@parley/core/Turns"
import { answer, FakeAgent, setAgent } from "./FakeAgent.ts"
import { calls, greeted, heard, open, requests, slowAgent } from "./Talk.ts"
import * as World from "./World.ts"

const { accountId, converse, state, text, world } = World

describe("a person in the agent's place", () => {
  describe("a takeover", () => {
    it.effect("during a call drops its answer, keeps later texts, and a release answers everything", () =>
      Effect.gen(function*() {
        const id = yield* greeted
        yield* text("One")
        yield* TestClock.adjust("2 seconds")
        const { begin, finish } = yield* slowAgent
        const step = yield* begin(id)
        yield* Operators.takeOver(accountId, id, "Ada", null)
        yield* finish(step)
        yield* text("Two")
        yield* TestClock.adjust("1 hour")
        assert.isNull(yield* Turns.step(id, false))
        assert.deepStrictEqual(yield* heard, ["Hello"])
        yield* Operators.release(accountId, id)
        assert.include((yield* World.Woken).all, id)
        yield* converse(id)
        assert.deepStrictEqual(yield* calls, ["reply: One", "reply: One | Two"])
        const all = yield* requests
        assert.notStrictEqual(all[0]?.turnId, all[1]?.turnId)
        assert.deepStrictEqual(yield* heard, ["Hello", "re: One | Two"])
      }).pipe(Effect.provide(world())))

    it.effect("and a release during one call: its answer does not pass for the next call's", () =>
      Effect.gen(function*() {
        const id = yield* greeted
        yield* text("One")
        yield* TestClock.adjust("2 seconds")
        const before = (yield* FakeAgent).call
        const { begin, finish } = yield* slowAgent
        const withdrawn = yield* begin(id)
        yield* Operators.takeOver(accountId, id, "Ada", null)
        yield* Operators.release(accountId, id)
        yield* setAgent(before)
        const { begin: beginNext, finish: finishNext } = yield* slowAgent
        const current = yield* beginNext(id)
        yield* finish(withdrawn)
        assert.deepStrictEqual(yield* heard, ["Hello"])
        yield* finishNext(current)
        assert.deepStrictEqual(yield* heard, ["Hello", "re: One"])
      }).pipe(Effect.provide(world())))

    it.effect("in which a person answers leaves the agent nothing to answer, and it learns of everything with the next text", () =>
      Effect.gen(function*() {
        const id = yield* greeted
        yield* Operators.takeOver(accountId, id, "Ada", "angry user")
        yield* text("One")
        yield* Operators.speak(accountId, id, { text: "It's Ada" }, null)
        yield* Operators.release(accountId, id)
        assert.isNull(yield* converse(id))
        assert.deepStrictEqual(yield* calls, [])
        yield* text("Two")
        yield* converse(id)
        const [request] = yield* requests
        assert.deepStrictEqual(request?.history.map(({ author, text }) => `${author}: ${text}`), ["api: Hello", "user: One", "person: It's Ada", "user: Two"])
        assert.strictEqual(request?.texts.at(-1)?.text, "Two")
        assert.deepStrictEqual((yield* heard).slice(0, 2), ["Hello", "It's Ada"])
      }).pipe(Effect.provide(world())))

    it.effect("before the greeting, in which a person has spoken, brings no greeting afterwards", () =>
      Effect.gen(function*() {
        const id = yield* open("Hi")
        yield* Operators.takeOver(accountId, id, "Ada", null)
        yield* Operators.speak(accountId, id, { text: "It's Ada" }, null)
        yield* Operators.release(accountId, id)
        yield* converse(id)
        assert.deepStrictEqual(yield* calls, ["start"])
        assert.deepStrictEqual(yield* heard, ["It's Ada"])
      }).pipe(Effect.provide(world())))

    it.effect("of another account's session, or of one that has ended, is refused", () =>
      Effect.gen(function*() {
        const id = yield* greeted
        const stranger = (yield* World.session(id)).projectId as unknown as typeof accountId
        assert.strictEqual((yield* Effect.flip(Operators.takeOver(stranger, id, "Eve", null)))._tag, "SessionNotFound")
        assert.strictEqual((yield* Effect.flip(Operators.release(accountId, id)))._tag, "NotTakenOver")
        yield* Operators.end(accountId, id)
        for (const act of [Operators.takeOver(accountId, id, "Ada", null), Operators.release(accountId, id), Operators.end(accountId, id)]) {
          assert.strictEqual((yield* Effect.flip(act))._tag, "SessionClosed")
        }
        assert.strictEqual((yield* Effect.flip(Operators.speak(accountId, id, { text: "Hello?" }, null)))._tag, "SessionClosed")
      }).pipe(Effect.provide(world())))
  })

  it.effect("a person may speak without taking over; who has opted out of the number hears nobody", () =>
    Effect.gen(function*() {
      const id = yield* greeted
      const { message } = yield* Operators.speak(accountId, id, { text: "It's Ada" }, null)
      assert.deepInclude(message, { author: "person", purpose: "remark", status: "queued" })
      const keyed = { key: "k", fingerprint: "f" }
      const one = yield* Operators.speak(accountId, id, { text: "Once" }, keyed)
      const again = yield* Operators.speak(accountId, id, { text: "Once" }, keyed)
      assert.deepStrictEqual([one.replayed, again.replayed, again.message.id], [false, true, one.message.id])
      assert.deepStrictEqual(yield* heard, ["Hello", "It's Ada", "Once"])
    }).pipe(Effect.provide(world())))

  it.effect("a handoff pauses the agent under the destination's name, after its last words", () =>
    Effect.gen(function*() {
      const id = yield* greeted
      yield* setAgent(() => Effect.succeed(answer({ messages: ["I'll connect you"], handoff: { destination: "sales", reason: "asked for a person" } })))
      yield* text("A person, please")
      assert.isNull(yield* converse(id))
      assert.deepInclude((yield* World.session(id)).takeover, { by: "sales", reason: "asked for a person" })
      assert.deepStrictEqual(yield* heard, ["Hello", "I'll connect you"])
      yield* text("Hello?")
      assert.isNull(yield* converse(id))
    }).pipe(Effect.provide(world())))

  it.effect.each(["natural_end", "user_end"] as const)("an end by the agent (%s) comes after its last words, which still leave, and is told with its reason", (reason) =>
    Effect.gen(function*() {
      const id = yield* greeted
      yield* setAgent(({ kind }) => Effect.succeed(kind === "end" ? answer({ messages: ["never said"] }) : answer({ messages: ["Fine", "Bye"], end: reason })))
      yield* text("Thanks")
      yield* converse(id)
      assert.strictEqual(yield* state(id), `ended ${reason}`)
      assert.deepStrictEqual(yield* heard, ["Hello", "Fine", "Bye"])
      const last = (yield* requests).at(-1)
      assert.deepStrictEqual([last?.kind, last?.session.endReason, last?.texts.length], ["end", reason, 0])
      assert.isNull(yield* Turns.step(id, true))
      yield* text("Hi again")
      assert.strictEqual(yield* state(id), `ended ${reason}`)
    }).pipe(Effect.provide(world())))
})

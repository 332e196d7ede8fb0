import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Fiber, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import { Ids } from "@parley/core/Ids"
import * as Operators from "@parley/core/Operators"
import { AgentFailure } from "@parley/core/ports/Agent"
import { Directory } from "@parley/core/ports/Directory"
import { SessionStore } from "@parley/core/ports/SessionStore"
import * as Turns from "@parley/core/Turns"
import { answer, echoes, FakeAgent, isAway, says, setAgent } from "./FakeAgent.ts"
import { calls, greeted, heard, open, requests, slowAgent } from "./Talk.ts"
import * as World from "./World.ts"

const { accountId, converse, send, state, text, told, world } = World
const sinceStart = Effect.map(DateTime.now, (now) => DateTime.toEpochMillis(now) - World.epochMillis)

describe("Turns", () => {
  describe("texts that come together", () => {
    it.effect("are answered once, 1.5 s after the last", () =>
      Effect.gen(function*() {
        const id = yield* greeted
        yield* text("One")
        for (const body of ["Two", "Three"]) {
          yield* TestClock.adjust("1400 millis")
          yield* text(body)
          assert.isNotNull(yield* Turns.step(id, false))
        }
        assert.deepStrictEqual(yield* calls, [])
        yield* converse(id)
        assert.strictEqual(yield* sinceStart, 2_800 + 1_500)
        assert.deepStrictEqual(yield* calls, ["reply: One | Two | Three"])
        assert.deepStrictEqual(yield* heard, ["Hello", "re: One | Two | Three"])
      }).pipe(Effect.provide(world())))

    it.effect("and keep coming are answered 10 s after the first", () =>
      Effect.gen(function*() {
        const id = yield* greeted
        for (let i = 0; i < 9; i++) {
          yield* text(String(i))
          yield* TestClock.adjust("1200 millis")
        }
        // 10.8 s have passed: the bound was reached while the user was still writing.
        yield* Turns.step(id, false)
        assert.deepStrictEqual(yield* calls, ["reply: 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8"])
      }).pipe(Effect.provide(world({ limits: { inbound_per_user_per_minute: 100 } }))))

    it.effect("a step before their time calls nobody, and names the time", () =>
      Effect.gen(function*() {
        const id = yield* greeted
        yield* text("One")
        assert.deepStrictEqual(yield* Turns.step(id, false), DateTime.makeUnsafe(World.epochMillis + 1_500))
        yield* TestClock.adjust(1_499)
        yield* Turns.step(id, false)
        assert.deepStrictEqual(yield* calls, [])
        yield* TestClock.adjust(1)
        assert.isNull(yield* Turns.step(id, false))
        assert.deepStrictEqual(yield* calls, ["reply: One"])
      }).pipe(Effect.provide(world())))
  })

  describe("texts that come while a call is out", () => {
    it.effect("are answered together by the next turn; the first answer is sent all the same, and first", () =>
      Effect.gen(function*() {
        const id = yield* greeted
        yield* text("One")
        yield* TestClock.adjust("2 seconds")
        const { begin, finish } = yield* slowAgent
        const step = yield* begin(id)
        yield* text("Two")
        yield* text("Three")
        yield* finish(step)
        yield* converse(id)
        assert.deepStrictEqual(yield* calls, ["reply: One", "reply: Two | Three"])
        assert.deepStrictEqual(yield* heard, ["Hello", "re: One", "re: Two | Three"])
        const [one, two] = yield* requests
        assert.notInclude((one?.history ?? []).map(({ text }) => text), "Two")
        assert.deepStrictEqual(two?.history.map(({ text }) => text), ["Hello", "One", "Two", "Three", "re: One"])
      }).pipe(Effect.provide(world())))

    it.effect("begin no second call: one at a time, whoever steps", () =>
      Effect.gen(function*() {
        const id = yield* greeted
        yield* text("One")
        yield* TestClock.adjust("2 seconds")
        const { begin, finish } = yield* slowAgent
        const step = yield* begin(id)
        yield* text("Two")
        yield* TestClock.adjust("2 seconds")
        yield* Effect.all(Effect.replicate(Turns.step(id, false), 5), { concurrency: "unbounded" })
        assert.deepStrictEqual(yield* calls, ["reply: One"])
        yield* finish(step)
      }).pipe(Effect.provide(world())))

    it.effect("keep a conversation open that the answer would have ended", () =>
      Effect.gen(function*() {
        const id = yield* greeted
        yield* text("Bye")
        yield* TestClock.adjust("2 seconds")
        yield* setAgent(({ texts }) => Effect.succeed(answer({ messages: [`bye ${texts.length}`], end: "natural_end" })))
        const { begin, finish } = yield* slowAgent
        const step = yield* begin(id)
        yield* text("One more thing")
        yield* finish(step)
        assert.strictEqual(yield* state(id), "engaged")
        yield* converse(id)
        assert.strictEqual(yield* state(id), "ended natural_end")
        assert.deepStrictEqual((yield* calls).slice(0, 2), ["reply: Bye", "reply: One more thing"])
        assert.deepStrictEqual(yield* heard, ["Hello", "bye 1", "bye 1"])
      }).pipe(Effect.provide(world())))
  })

  describe("a session that the user opened", () => {
    it.effect("begins with the greeting, then the answer", () =>
      Effect.gen(function*() {
        const id = yield* open("Hi")
        yield* converse(id)
        assert.deepStrictEqual(yield* calls, ["start", "reply: Hi"])
        assert.deepStrictEqual(yield* heard, ["Hello, how can I help?", "re: Hi"])
      }).pipe(Effect.provide(world())))

    it.effect("goes straight to the text when the policy says so, and the agent still has its start", () =>
      Effect.gen(function*() {
        const id = yield* open("Hi")
        yield* converse(id)
        assert.deepStrictEqual(yield* calls, ["start", "reply: Hi"])
        assert.deepStrictEqual(yield* heard, ["re: Hi"])
      }).pipe(Effect.provide(world({ session: { opening: "answer" } }))))

    it.effect("begins with the agent's own greeting when it has one", () =>
      Effect.gen(function*() {
        yield* setAgent(({ kind }) => Effect.succeed(answer({ messages: kind === "start" ? ["Servus!"] : ["Ja"] })))
        const id = yield* open("Hi")
        yield* converse(id)
        assert.deepStrictEqual(yield* heard, ["Servus!", "Ja"])
      }).pipe(Effect.provide(world())))

    it.effect("is greeted at once although the agent's start fails, and the failure is seen", () =>
      Effect.gen(function*() {
        yield* setAgent(isAway)
        const id = yield* open("Hi")
        yield* Turns.step(id, false)
        assert.deepStrictEqual(yield* heard, ["Hello, how can I help?"])
        assert.deepInclude((yield* World.session(id)).turn.failure, { gaveUp: true, attempts: 1 })
        assert.strictEqual(yield* sinceStart, 0)
      }).pipe(Effect.provide(world())))

    it.effect("can be handed off or ended by its start", () =>
      Effect.gen(function*() {
        yield* setAgent(() => Effect.succeed(answer({ messages: ["One moment"], handoff: { destination: "sales", reason: "vip" } })))
        const id = yield* open("Hi")
        assert.isNull(yield* converse(id))
        assert.deepInclude((yield* World.session(id)).takeover, { by: "sales", reason: "vip" })
        yield* Operators.release(accountId, id)
        yield* setAgent(says("Here I am"))
        yield* converse(id)
        assert.deepStrictEqual(yield* calls, ["start", "reply: Hi"])
        assert.deepStrictEqual(yield* heard, ["One moment", "Here I am"])
      }).pipe(Effect.provide(world())))
  })

  describe("an agent that fails", () => {
    it.effect("is called again under the same turn id, after 2, 4 and 8 s; then the user gets the fallback text", () =>
      Effect.gen(function*() {
        const id = yield* greeted
        yield* setAgent(isAway)
        yield* text("Hi")
        const at: Array<number> = []
        const failing = (yield* FakeAgent).call
        yield* setAgent((request) => Effect.andThen(Effect.map(sinceStart, (millis) => void at.push(millis)), failing(request)))
        yield* converse(id)
        assert.deepStrictEqual(at, [1_500, 3_500, 7_500, 15_500])
        const all = yield* requests
        assert.strictEqual(new Set(all.map(({ turnId }) => turnId)).size, 1)
        assert.deepStrictEqual(all.map(({ attempt }) => attempt), [1, 2, 3, 4])
        assert.deepStrictEqual(yield* told(id), ["api: Hello (queued)", "user: Hi", "system: Sorry, I can't answer right now. Please try again in a little while. (queued)"])
        assert.deepInclude((yield* World.session(id)).turn.failure, { reason: "unreachable: Nobody listens there.", attempts: 4, gaveUp: true })
      }).pipe(Effect.provide(world())))

    it.effect("is one that answers with files where the number has no MMS; where it has, they go with their words or alone", () =>
      Effect.gen(function*() {
        const id = yield* greeted
        yield* setAgent(says("Here:", { text: "A map", media: ["https://example.com/map.png"] }, { text: "", media: ["https://example.com/2.png"] }))
        yield* text("Where are you?")
        yield* converse(id)
        const said = (yield* World.history(id)).slice(2).map(({ body, media, status }) => [body, media.map(({ url }) => url), status])
        assert.deepStrictEqual(said, [["Here:", [], "queued"], ["A map", ["https://example.com/map.png"], "queued"], ["", ["https://example.com/2.png"], "queued"]])

        const directory = yield* Directory
        yield* Effect.flatMap(Effect.map(directory.number(World.first), Option.getOrThrow), (number) => directory.putNumber({ ...number, mms: false }))
        yield* text("And now?")
        yield* converse(id)
        assert.strictEqual((yield* told(id)).at(-1), "system: Sorry, I can't answer right now. Please try again in a little while. (queued)")
        assert.match((yield* World.session(id)).turn.failure?.reason ?? "", /^invalid_answer: The answer holds media\. \+14155550001: The number does not carry media \(MMS\)/u)
      }).pipe(Effect.provide(world())))

    it.effect("and says how long to wait is called again no sooner, and one that no further call can mend is not called again", () =>
      Effect.gen(function*() {
        const id = yield* greeted
        const at: Array<number> = []
        const fails = (again: Duration.Duration | "never") => Effect.fail(new AgentFailure({ reason: "refused", detail: "Not now.", again }))
        yield* setAgent(({ attempt }) => Effect.andThen(Effect.map(sinceStart, (millis) => void at.push(millis)), fails(attempt === 1 ? Duration.seconds(20) : "never")))
        yield* text("Hi")
        yield* converse(id)
        assert.deepStrictEqual(at, [1_500, 21_500])
        assert.deepStrictEqual(yield* told(id), ["api: Hello (queued)", "user: Hi", "system: Sorry, I can't answer right now. Please try again in a little while. (queued)"])
        assert.deepInclude((yield* World.session(id)).turn.failure, { reason: "refused: Not now.", attempts: 2, gaveUp: true })

        yield* setAgent(echoes)
        yield* text("And now?")
        yield* converse(id)
        assert.deepStrictEqual((yield* requests).at(-1)?.history.map(({ text }) => text).slice(0, 2), ["Hello", "Hi"])
        assert.strictEqual((yield* told(id)).at(-1), "agent: re: And now? (queued)")
      }).pipe(Effect.provide(world())))

    it.effect("and recovers in between answers as if nothing had been", () =>
      Effect.gen(function*() {
        const id = yield* greeted
        const well = (yield* FakeAgent).call
        yield* setAgent((request) => request.attempt < 3 ? isAway(request) : well(request))
        yield* text("Hi")
        yield* converse(id)
        assert.deepStrictEqual(yield* heard, ["Hello", "re: Hi"])
        assert.isNull((yield* World.session(id)).turn.failure)
      }).pipe(Effect.provide(world())))

    it.effect("is told the text that it failed again with nothing else but the next one", () =>
      Effect.gen(function*() {
        const id = yield* greeted
        const well = (yield* FakeAgent).call
        yield* setAgent(isAway)
        yield* text("Lost")
        yield* converse(id)
        yield* setAgent(well)
        yield* text("Again")
        yield* converse(id)
        const last = (yield* requests).at(-1)
        assert.deepStrictEqual(last?.texts.map(({ text }) => text), ["Again"])
        assert.include((last?.history ?? []).map(({ text }) => text), "Lost")
      }).pipe(Effect.provide(world())))

    it.effect("does not hold up texts that come meanwhile: they wait for the next turn", () =>
      Effect.gen(function*() {
        const id = yield* greeted
        const well = (yield* FakeAgent).call
        yield* setAgent((request) => request.attempt === 1 && request.texts[0]?.text === "One" ? isAway(request) : well(request))
        yield* text("One")
        yield* TestClock.adjust("1500 millis")
        yield* Turns.step(id, false)
        yield* text("Two")
        yield* converse(id)
        assert.deepStrictEqual(yield* calls, ["reply: One", "reply: One", "reply: Two"])
      }).pipe(Effect.provide(world())))
  })

  it.effect("an end that the agent does not take is tried again, and given up in silence", () =>
    Effect.gen(function*() {
      const id = yield* greeted
      yield* setAgent(isAway)
      yield* Operators.end(accountId, id)
      yield* converse(id)
      assert.deepStrictEqual(yield* calls, ["end", "end", "end", "end"])
      assert.deepStrictEqual(yield* heard, ["Hello"])
      assert.isNull(yield* converse(id))
    }).pipe(Effect.provide(world())))

  it.effect("STOP during a call: its answer is dropped, and the end is told", () =>
    Effect.gen(function*() {
      const id = yield* greeted
      yield* heard
      yield* text("Hi")
      yield* TestClock.adjust("2 seconds")
      const { begin, finish } = yield* slowAgent
      const step = yield* begin(id)
      yield* text("STOP")
      yield* finish(step)
      yield* converse(id)
      assert.deepStrictEqual(yield* calls, ["reply: Hi", "end"])
      assert.notInclude(yield* heard, "re: Hi")
    }).pipe(Effect.provide(world())))

  it.effect("a new send during a call: its answer is dropped", () =>
    Effect.gen(function*() {
      const id = yield* greeted
      yield* text("Hi")
      yield* TestClock.adjust("2 seconds")
      const { begin, finish } = yield* slowAgent
      const step = yield* begin(id)
      yield* send("News")
      yield* finish(step)
      assert.notInclude(yield* heard, "re: Hi")
    }).pipe(Effect.provide(world())))

  describe("a call whose process died", () => {
    const lost = Effect.gen(function*() {
      const id = yield* greeted
      yield* text("Hi")
      yield* TestClock.adjust("2 seconds")
      const { begin } = yield* slowAgent
      const step = yield* begin(id)
      yield* Fiber.interrupt(step)
      yield* setAgent(says("Here"))
      return id
    })

    it.effect("is made again at once by an owner who knows that no other is out, under its own id", () =>
      Effect.gen(function*() {
        const id = yield* lost
        assert.isNull(yield* Turns.step(id, true))
        const [one, two] = yield* requests
        assert.strictEqual(one?.turnId, two?.turnId)
        assert.strictEqual(two?.attempt, 2)
        assert.deepStrictEqual(two?.texts.map(({ text }) => text), ["Hi"])
        assert.deepStrictEqual(yield* heard, ["Hello", "Here"])
      }).pipe(Effect.provide(world())))

    it.effect("is found by the sweep, and made again once it is given up for dead", () =>
      Effect.gen(function*() {
        const id = yield* lost
        const sessions = yield* SessionStore
        assert.notInclude(yield* sessions.agentsDue(yield* DateTime.now, 10), id)
        assert.isNotNull(yield* Turns.step(id, false))
        yield* TestClock.adjust("35 seconds")
        assert.include(yield* sessions.agentsDue(yield* DateTime.now, 10), id)
        yield* Turns.step(id, false)
        assert.deepStrictEqual(yield* heard, ["Hello", "Here"])
      }).pipe(Effect.provide(world())))

    it.effect("and answers after all changes nothing", () =>
      Effect.gen(function*() {
        const id = yield* greeted
        yield* text("Hi")
        yield* TestClock.adjust("2 seconds")
        const { begin, finish } = yield* slowAgent
        const step = yield* begin(id)
        yield* setAgent(says("From the second"))
        yield* Turns.step(id, true)
        yield* finish(step)
        assert.deepStrictEqual(yield* heard, ["Hello", "From the second"])
      }).pipe(Effect.provide(world())))
  })

  it.effect("a call that was given up for lost and fails after all changes nothing of the call that was made again", () =>
    Effect.gen(function*() {
      const id = yield* greeted
      yield* text("Hi")
      yield* TestClock.adjust("2 seconds")
      yield* setAgent(isAway)
      const old = yield* slowAgent
      const first = yield* old.begin(id)
      yield* setAgent(says("Here"))
      const next = yield* slowAgent
      const again = yield* Effect.forkChild(Turns.step(id, true))
      yield* TestClock.adjust(0)
      yield* old.finish(first)
      const { turn } = yield* World.session(id)
      assert.deepInclude(turn.running, { attempt: 2 })
      assert.isNull(turn.failure)
      yield* next.finish(again)
      assert.deepStrictEqual(yield* heard, ["Hello", "Here"])
    }).pipe(Effect.provide(world())))

  it.effect("a text that a process with a slower clock took is asked about all the same", () =>
    Effect.gen(function*() {
      const id = yield* greeted
      yield* text("One")
      yield* converse(id)
      yield* TestClock.setTime(DateTime.toEpochMillis(yield* DateTime.now) - 2_000)
      yield* text("Two").pipe(Effect.provide(Layer.fresh(Ids.layer)))
      yield* TestClock.adjust("4 seconds")
      yield* converse(id)
      assert.deepStrictEqual(yield* calls, ["reply: One", "reply: Two"])
    }).pipe(Effect.provide(world())))

  it.effect("what waits for the agent is found by the sweep, and nothing else", () =>
    Effect.gen(function*() {
      const sessions = yield* SessionStore
      const due = Effect.flatMap(DateTime.now, (now) => sessions.agentsDue(now, 10))
      const id = yield* greeted
      assert.deepStrictEqual(yield* due, [])
      yield* text("Hi")
      assert.deepStrictEqual(yield* due, [])
      yield* TestClock.adjust("1500 millis")
      assert.deepStrictEqual(yield* due, [id])
      yield* converse(id)
      assert.deepStrictEqual(yield* due, [])
      yield* Operators.end(accountId, id)
      assert.deepStrictEqual(yield* due, [id])
    }).pipe(Effect.provide(world())))
})

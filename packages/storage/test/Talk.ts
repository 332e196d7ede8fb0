/** A user and the fake agent talk: what it is asked, and what the user hears. */
import { Deferred, Effect, Fiber } from "effect"
import type { SessionId } from "@parley/schema/Ids"
import * as Turns from "@parley/core/Turns"
import { FakeAgent, setAgent } from "./FakeAgent.ts"
import { FakeCarrier } from "./FakeCarrier.ts"
import * as World from "./World.ts"

/** The user texts, which opens a session or goes on with one: its id. */
export const open = (body: string) => Effect.map(World.text(body), World.conversed)

/** Every call of the agent, in order. */
export const requests = Effect.map(FakeAgent, ({ requests }) => requests)

/** What each call brought: `reply: Hi | there`. */
export const calls = Effect.map(requests, (all) => all.map(({ kind, texts }) => texts.length === 0 ? kind : `${kind}: ${texts.map(({ text }) => text).join(" | ")}`))

/** The words of what reached a handset, in order. */
export const heard = Effect.gen(function*() {
  yield* World.drainAll
  return (yield* FakeCarrier).held.map(({ text }) => text.body)
})

/** An agent whose calls wait until they are let go. */
export const slowAgent = Effect.gen(function*() {
  const called = yield* Deferred.make<void>()
  const go = yield* Deferred.make<void>()
  const before = (yield* FakeAgent).call
  yield* setAgent((request) => Effect.andThen(Effect.andThen(Deferred.succeed(called, undefined), Deferred.await(go)), before(request)))
  return {
    begin: (id: SessionId) => Effect.tap(Effect.forkChild(Turns.step(id, false)), () => Deferred.await(called)),
    finish: (step: Fiber.Fiber<unknown, unknown>) => Effect.andThen(Deferred.succeed(go, undefined), Fiber.join(step))
  }
})

/** A session that the agent has greeted already. */
export const greeted = Effect.gen(function*() {
  const { sessionId } = yield* World.send("Hello")
  return sessionId
})

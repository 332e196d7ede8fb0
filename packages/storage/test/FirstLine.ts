/** The line of `World.first`: what its carrier does, and what became of its texts. */
import { assert } from "@effect/vitest"
import { DateTime, Effect } from "effect"
import * as Samples from "@parley/conformance/Samples"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import * as LineClaims from "@parley/core/LineClaims"
import type * as LineOwnership from "@parley/core/LineOwnership"
import { MessageStore } from "@parley/core/ports/MessageStore"
import { FakeCarrier, type Held } from "./FakeCarrier.ts"
import * as World from "./World.ts"

/** Users beside `World.user`. */
export const other = PhoneNumber.make("+14155550101")
export const third = PhoneNumber.make("+14155550102")

/** The words of what reached a handset, in order. */
export const held = Effect.map(FakeCarrier, ({ held }) => held.map(({ text }) => text.body))

/** The words of every call, whatever came of it. */
export const called = Effect.map(FakeCarrier, ({ calls }) => calls.map(({ text }) => text.body))

/** When the carrier was called, in milliseconds from now on. */
export const callTimes = Effect.fnUntraced(function*(since: DateTime.Utc) {
  return (yield* FakeCarrier).calls.map(({ at }) => DateTime.toEpochMillis(at) - DateTime.toEpochMillis(since))
})

/** Claims once, with room enough. */
export const claimOnce = ({ epoch, pacing }: Effect.Success<ReturnType<typeof LineOwnership.takeOver>>) => LineClaims.claim(World.first, epoch, pacing, { send: 16, ask: 4 }, new Set())

/** Of these texts, in this order. */
export const statuses = (...accepted: ReadonlyArray<{ readonly messageId: Parameters<typeof World.message>[0] }>) =>
  Effect.forEach(accepted, ({ messageId }) => Effect.map(World.message(messageId), ({ status }) => status))

/** Puts texts of many users into the first line, without sessions, as fast as can be. */
export const queue = Effect.fnUntraced(function*(count: number, users: number) {
  const messages = yield* MessageStore
  const { accountId, id } = yield* World.project
  for (let i = 0; i < count; i++) {
    const userNumber = PhoneNumber.make(`+1415666${String(i % users).padStart(4, "0")}`)
    yield* messages.insert({ ...Samples.outboundText({ accountId, projectId: id, agentNumber: World.first, userNumber, body: `${i}` }), createdAt: yield* DateTime.now })
  }
})

/** Every user's texts reached the carrier once each, in the order in which they were queued. */
export const isInOrder = (all: ReadonlyArray<Held>, count: number) => {
  assert.strictEqual(new Set(all.map(({ text }) => text.messageId)).size, count)
  assert.strictEqual(all.length, count)
  const last = new Map<string, number>()
  for (const { text } of all) {
    assert.isAbove(Number(text.body), last.get(text.to) ?? -1)
    last.set(text.to, Number(text.body))
  }
}

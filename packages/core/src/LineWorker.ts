/**
 * Sends a line's queue: in order for each user, paced to the number, several calls at once across users. One worker for each
 * line at a time; who that is, is decided elsewhere.
 */
import { Clock, DateTime, Duration, Effect, FiberSet, Latch, Option, Schedule, type Scope } from "effect"
import type { MessageId } from "@parley/schema/Ids"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import * as LineClaims from "./LineClaims.ts"
import * as LineOwnership from "./LineOwnership.ts"
import { callWithin, CurrentLineTimes } from "./LineTimes.ts"
import type { Message } from "./Message.ts"
import { Ambiguous, Carrier, CarrierFailure } from "./ports/Carrier.ts"
import { MessageStore } from "./ports/MessageStore.ts"
import type { StoreFailure } from "./ports/Store.ts"
import * as SendOutcomes from "./SendOutcomes.ts"
import { attemptedSince, textOf } from "./TextAtCarrier.ts"
import * as UnknownTexts from "./UnknownTexts.ts"

export interface LineWorker {
  /** There may be work: cheap, and safe to call at any time. */
  readonly ring: Effect.Effect<void>
  /** True when it was rung after its last look at the queue. */
  readonly isRung: () => boolean
  /** Works until nothing is due and nothing is in flight; then tells when the next text is, or null. Fails with `LineTakenOver` once the line has another owner. Not to be run twice at once. */
  readonly drain: Effect.Effect<DateTime.Utc | null, Effect.Error<ReturnType<typeof LineClaims.claim>>, WorkerServices>
}

type WorkerServices =
  | Effect.Services<ReturnType<typeof LineClaims.claim>>
  | Effect.Services<ReturnType<typeof SendOutcomes.record>>
  | Effect.Services<ReturnType<typeof UnknownTexts.settle>>
  | Carrier
  | MessageStore

/**
 * Takes the line over with what the owner before has left, then is ready. The calls in flight live in the scope.
 * @param stillOwns false once the line may be another's: nothing more is claimed or called then
 */
export const make = Effect.fnUntraced(function*(
  number: PhoneNumber,
  stillOwns: () => boolean
): Effect.fn.Return<LineWorker, Effect.Error<ReturnType<typeof LineOwnership.takeOver>>, Scope.Scope | Effect.Services<ReturnType<typeof LineOwnership.takeOver>>> {
  const times = yield* CurrentLineTimes
  const calls = yield* FiberSet.make<void>()
  const rung = yield* Latch.make(false)
  const asked = new Set<MessageId>()
  /** When the carrier first answered a question about a text, on the clock that nobody sets: one that stalls shows nothing new. */
  const watched = new Map<MessageId, bigint>()
  /** When this owner made the calls whose outcome is unknown, on the same clock. */
  const made = new Map<MessageId, bigint>()
  let sending = 0
  const { epoch, pacing: left } = yield* LineOwnership.takeOver(number)
  let pacing = left
  let isRung = false
  const ring = Effect.sync(() => {
    isRung = true
    rung.openUnsafe()
  })

  const forget = (id: MessageId) => {
    watched.delete(id)
    made.delete(id)
  }

  const inFlight = (call: Effect.Effect<unknown, unknown, WorkerServices>, whenOver: () => void) =>
    call.pipe(
      // A call that is out is waited for, also when the gateway stops: cut off, nobody would know whether the text left.
      Effect.uninterruptible,
      Effect.catchCause((cause) => Effect.logError("A text's outcome could not be recorded", cause)),
      Effect.ensuring(Effect.andThen(Effect.sync(whenOver), ring)),
      Effect.asVoid,
      FiberSet.run(calls)
    )

  // A call that waited too long, as in a process that was frozen, is not made: somebody else may have found the text by now. Each of the two clocks
  // may stand still where the other goes on.
  const mayLeave = (clock: Clock.Clock, message: Message, claimedAtNanos: bigint) => {
    const within = Math.floor(Duration.toMillis(callWithin(times)))
    const untilMillis = DateTime.toEpochMillis(message.attemptedAt ?? message.createdAt) + within
    const untilNanos = claimedAtNanos + BigInt(within) * 1_000_000n
    return () => stillOwns() && clock.currentTimeMillisUnsafe() < untilMillis && clock.monotonicTimeNanosUnsafe() < untilNanos
  }

  const send = (message: Message, claimedAtNanos: bigint) =>
    Effect.gen(function*() {
      const carrier = yield* Carrier
      const clock = yield* Clock.Clock
      const madeAt = yield* Clock.monotonicTimeNanos
      const outcome = yield* carrier.send(textOf(message), mayLeave(clock, message, claimedAtNanos)).pipe(Effect.catchDefect(brokenOff), Effect.result)
      if (outcome._tag === "Failure" && outcome.failure.reason._tag === "Ambiguous") made.set(message.id, madeAt)
      yield* SendOutcomes.record(message, outcome).pipe(Effect.retry(whileTheStoreIsAway))
    })

  const ask = (message: Message) =>
    Effect.gen(function*() {
      const carrier = yield* Carrier
      const askedAt = yield* Clock.monotonicTimeNanos
      const first = watched.get(message.id)
      const watchedFor = first === undefined ? Duration.zero : Duration.nanos(askedAt - first)
      const madeAt = made.get(message.id)
      const age = madeAt === undefined ? null : Duration.nanos(askedAt - madeAt)
      const found = carrier.find(textOf(message), attemptedSince(message, age, yield* DateTime.now))
      const listed = yield* Effect.option(Effect.catchDefect(found, brokenOff))
      if (first === undefined && Option.isSome(listed)) watched.set(message.id, yield* Clock.monotonicTimeNanos)
      const isOpen = yield* UnknownTexts.settle(message, Option.getOrNull(listed), watchedFor).pipe(Effect.retry(whileTheStoreIsAway))
      if (!isOpen) forget(message.id)
    })

  // What is claimed is called: a stop between the two would leave texts that look as if they might have left.
  const take = Effect.fnUntraced(function*() {
    const claimedAtNanos = yield* Clock.monotonicTimeNanos
    const claim = yield* LineClaims.claim(number, epoch, pacing, { send: times.requestsInFlight - sending, ask: times.questionsInFlight - asked.size }, asked)
    pacing = claim.pacing
    for (const message of claim.send) {
      sending++
      yield* inFlight(send(message, claimedAtNanos), () => sending--)
    }
    for (const message of claim.ask) {
      asked.add(message.id)
      yield* inFlight(ask(message), () => asked.delete(message.id))
    }
    return claim
  })

  const drain = Effect.gen(function*() {
    const messages = yield* MessageStore
    while (true) {
      isRung = false
      rung.closeUnsafe()
      const owns = stillOwns()
      if (!owns && sending + asked.size === 0) return null
      if (!owns) {
        yield* rung.await
        continue
      }
      const claim = yield* Effect.uninterruptible(take())
      if (claim.withheld > 0) continue
      const question = Option.getOrNull(yield* messages.nextQuestionAt(number))
      // Those that a callback has settled.
      if (question === null && sending + asked.size === 0) {
        watched.clear()
        made.clear()
      }
      const next = earlier(question, claim.backOffUntil)
      const isOut = sending + asked.size > 0
      if (claim.pacedFor !== null) {
        // Whatever rings meanwhile can't leave earlier either.
        yield* Effect.sleep(claim.pacedFor)
      } else if (isOut) {
        // What comes due does not wait for another user's slow call.
        yield* next !== null && DateTime.isGreaterThan(next, yield* DateTime.now) ? Effect.race(rung.await, waitUntil(next)) : rung.await
      } else if (!isRung) {
        return next
      }
    }
  })

  return { ring, isRung: () => isRung, drain }
})

// The carrier has answered: the record is worth waiting for, also for an operator who frees the disk, since without it the text would be unknown.
const whileTheStoreIsAway = {
  schedule: Schedule.spaced("1 second"),
  times: 100,
  while: (failure: StoreFailure) => failure.retryable || failure.reason === "full"
}

// An adapter that breaks in the middle of a call leaves what a broken connection leaves: a text that may have been sent.
const brokenOff = (defect: unknown) =>
  Effect.logError("The carrier's adapter broke", defect).pipe(
    Effect.andThen(Effect.fail(new CarrierFailure({ reason: new Ambiguous({ code: null, detail: "The call of the carrier broke off." }) })))
  )

const earlier = (a: DateTime.Utc | null, b: DateTime.Utc | null) => a === null ? b : b === null ? a : DateTime.min(a, b)

const waitUntil = (at: DateTime.Utc) =>
  Effect.flatMap(DateTime.now, (now) => Effect.sleep(DateTime.distance(now, at)))

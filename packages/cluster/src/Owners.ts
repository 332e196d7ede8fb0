/**
 * Who works: one owner for each session and each line, wherever it runs. Only wake-ups travel to them; the work itself is
 * read off the rows.
 */
import { DateTime, Duration, Effect, Layer, Schedule } from "effect"
import { Entity, type Sharding } from "effect/cluster"
import { Rpc } from "effect/rpc"
import { SessionId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { LineWorker } from "@parley/core/LineWorker"
import * as Lines from "@parley/core/LineWorker"
import { Wakeups } from "@parley/core/ports/Wakeups"
import * as Turns from "@parley/core/Turns"

const Wake = Rpc.make("Wake")

/** Runs a session's turns, one at a time. The entity id is the session's. */
export const SessionOwner = Entity.make("Session", [Wake])

/** Sends a number's queue, in order and paced. The entity id is the number. */
export const LineOwner = Entity.make("Line", [Wake])

/** What the owners of this process know of each other's wake-ups, so that one that is on its way is not sent twice. */
interface Local {
  readonly wokenSessions: Set<SessionId>
  readonly wokenLines: Set<PhoneNumber>
  readonly workers: Map<PhoneNumber, { readonly worker: LineWorker; isDraining: boolean }>
}

// An owner waits itself for what is due this soon; for the rest the sweep wakes it.
const waitsItself = Duration.seconds(15)

// A store that is away comes back; the work is still in its rows then.
const whileTheStoreIsAway = Schedule.spaced("1 second")

const sessionOwner = (local: Local) =>
  SessionOwner.toLayer(
    Effect.gen(function*() {
      const { entityId } = yield* Entity.CurrentAddress
      const id = SessionId.make(entityId)
      let isFirst = true
      const work = Effect.gen(function*() {
        while (true) {
          const next = yield* Turns.step(id, isFirst).pipe(
            Effect.tapError((failure) => Effect.logError("A turn could not be kept", failure)),
            Effect.retry(whileTheStoreIsAway),
            Effect.orDie
          )
          isFirst = false
          if (next === null) return
          const wait = DateTime.distance(yield* DateTime.now, next)
          if (Duration.isGreaterThan(wait, waitsItself)) return
          yield* Effect.sleep(wait)
        }
      })
      return SessionOwner.of({
        Wake: () => Effect.andThen(Effect.sync(() => local.wokenSessions.delete(id)), work)
      })
    }),
    { maxIdleTime: "10 seconds", mailboxCapacity: 64 }
  )

const lineOwner = (local: Local) =>
  LineOwner.toLayer(
    Effect.gen(function*() {
      const { entityId } = yield* Entity.CurrentAddress
      const number = PhoneNumber.make(entityId)
      const worker = yield* Lines.make(number).pipe(Effect.retry(whileTheStoreIsAway), Effect.orDie)
      const entry = { worker, isDraining: false }
      local.workers.set(number, entry)
      yield* Effect.addFinalizer(() => Effect.sync(() => local.workers.delete(number)))
      const work = Effect.gen(function*() {
        do {
          entry.isDraining = true
          yield* worker.drain.pipe(
            Effect.tapError((failure) => Effect.logError("A line could not claim its texts", failure)),
            Effect.retry(whileTheStoreIsAway),
            Effect.orDie,
            Effect.ensuring(Effect.sync(() => {
              entry.isDraining = false
            }))
          )
          // Rung after its last look, and by nobody who will ring again.
        } while (worker.isRung())
      })
      return LineOwner.of({
        Wake: () => Effect.andThen(Effect.sync(() => local.wokenLines.delete(number)), work)
      })
    }),
    { maxIdleTime: "1 minute", mailboxCapacity: 64 }
  )

const wakeups = (local: Local): Layer.Layer<Wakeups, never, Sharding.Sharding> =>
  Layer.effect(
    Wakeups,
    Effect.gen(function*() {
      const sessionFor = yield* SessionOwner.client
      const lineFor = yield* LineOwner.client
      // A wake-up that does not arrive is made good by the sweep.
      const lost = <Id extends string>(woken: Set<Id>, id: Id) =>
        Effect.catchCause((cause) => {
          woken.delete(id)
          return Effect.logDebug("A wake-up was lost", cause)
        })
      return Wakeups.of({
        session: (id) =>
          Effect.suspend(() => {
            if (local.wokenSessions.has(id)) return Effect.void
            local.wokenSessions.add(id)
            return sessionFor(id).Wake(undefined, { discard: true }).pipe(lost(local.wokenSessions, id))
          }),
        line: (number) =>
          Effect.suspend(() => {
            const here = local.workers.get(number)
            if (here?.isDraining === true) return here.worker.ring
            if (local.wokenLines.has(number)) return Effect.void
            local.wokenLines.add(number)
            return lineFor(number).Wake(undefined, { discard: true }).pipe(lost(local.wokenLines, number))
          })
      })
    })
  )

/** The owners, and the wake-ups that reach them. */
export const layer = Layer.unwrap(Effect.sync(() => {
  const local: Local = { wokenSessions: new Set(), wokenLines: new Set(), workers: new Map() }
  return Layer.mergeAll(sessionOwner(local), lineOwner(local)).pipe(Layer.provideMerge(wakeups(local)))
}))

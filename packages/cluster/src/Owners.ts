/**
 * Who works: one owner for each session and each line, wherever it runs. Only wake-ups travel to them; the work itself is
 * read off the rows.
 */
import { DateTime, Duration, Effect, Fiber, FiberSet, Layer, Schedule, Scope } from "effect"
import { Entity, type Sharding } from "effect/cluster"
import { Rpc } from "effect/rpc"
import { SessionId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { LineWorker } from "@parley/core/LineWorker"
import * as Lines from "@parley/core/LineWorker"
import { Wakeups } from "@parley/core/ports/Wakeups"
import * as Turns from "@parley/core/Turns"
import { Tenure } from "./Tenure.ts"

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

// An owner stays and sets its own alarm for what is due this soon; for the rest it is found when it is due.
const waitsItself = Duration.seconds(15)

// A store that is away comes back; the work is still in its rows then.
const whileTheStoreIsAway = Schedule.spaced("1 second")

const sessionOwner = (local: Local) =>
  SessionOwner.toLayer(
    Effect.gen(function*() {
      const { entityId } = yield* Entity.CurrentAddress
      const id = SessionId.make(entityId)
      const tenure = yield* Tenure
      yield* Effect.addFinalizer(() => Effect.sync(() => local.wokenSessions.delete(id)))
      const wakeups = yield* Wakeups
      const scope = yield* Effect.scope
      let isFirst = true
      let alarm: Fiber.Fiber<void> | null = null
      // Outside the handler: a shard goes to another process when all that is being handled is done.
      const wakeAfter = (wait: Duration.Duration) =>
        Effect.gen(function*() {
          alarm?.interruptUnsafe()
          alarm = yield* Effect.forkIn(Effect.andThen(Effect.sleep(wait), wakeups.session(id)), scope)
        })
      const work = Effect.gen(function*() {
        // Where it was lost, the new owner looks for itself.
        while (tenure.holds(id)) {
          const next = yield* Turns.step(id, isFirst).pipe(
            Effect.tapError((failure) => Effect.logError("A turn could not be kept", failure)),
            Effect.retry({ schedule: whileTheStoreIsAway, while: () => tenure.holds(id) })
          )
          isFirst = false
          if (next === null) return
          const wait = DateTime.distance(yield* DateTime.now, next)
          if (Duration.isGreaterThan(wait, waitsItself)) return
          if (Duration.isGreaterThan(wait, Duration.zero)) return yield* wakeAfter(wait)
        }
      }).pipe(Effect.catchTag("StoreFailure", () => Effect.void))
      return SessionOwner.of({
        Wake: () => Effect.andThen(Effect.sync(() => local.wokenSessions.delete(id)), work)
      })
    }),
    { maxIdleTime: "20 seconds", mailboxCapacity: 64 }
  )

const lineOwner = (local: Local) =>
  LineOwner.toLayer(
    Effect.gen(function*() {
      const { entityId } = yield* Entity.CurrentAddress
      const number = PhoneNumber.make(entityId)
      const tenure = yield* Tenure
      const scope = yield* Effect.scope
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => {
          local.workers.delete(number)
          local.wokenLines.delete(number)
        })
      )
      const whileItPasses = { schedule: whileTheStoreIsAway, while: ({ _tag }: { readonly _tag: string }) => _tag === "StoreFailure" && tenure.holds(number) }
      const takeOver = Effect.gen(function*() {
        const worker = yield* Lines.make(number, () => tenure.holds(number)).pipe(Scope.provide(scope), Effect.retry(whileItPasses))
        const entry = { worker, isDraining: false }
        local.workers.set(number, entry)
        return entry
      })
      const drain = Effect.gen(function*() {
        const entry = local.workers.get(number) ?? (yield* takeOver)
        do {
          entry.isDraining = true
          yield* entry.worker.drain.pipe(
            Effect.tapErrorTag("StoreFailure", (failure) => Effect.logError("A line could not claim its texts", failure)),
            Effect.retry(whileItPasses),
            Effect.ensuring(Effect.sync(() => {
              entry.isDraining = false
            }))
          )
          // Rung after its last look, and by nobody who will ring again.
        } while (entry.worker.isRung() && tenure.holds(number))
      })
      const work = Effect.suspend(() => tenure.holds(number) ? drain : Effect.void).pipe(
        // Another process has, or had, the line. If it is still ours after all, the next look takes it over anew.
        Effect.catchTag("LineTakenOver", () =>
          Effect.andThen(Effect.sync(() => local.workers.delete(number)), Effect.logWarning("A line has another owner").pipe(Effect.annotateLogs({ line: number })))),
        Effect.catchTag("StoreFailure", (failure) => Effect.logError("A line could not go on", failure))
      )
      return LineOwner.of({
        Wake: () => Effect.andThen(Effect.sync(() => local.wokenLines.delete(number)), work)
      })
    }),
    { maxIdleTime: "1 minute", mailboxCapacity: 64 }
  )

// A wake-up that takes longer is worth nothing: its owner has looked for itself by then.
const patience = Duration.seconds(1)
const abroadAtOnce = 1_000

const wakeups = (local: Local): Layer.Layer<Wakeups, never, Sharding.Sharding | Tenure> =>
  Layer.effect(
    Wakeups,
    Effect.gen(function*() {
      const tenure = yield* Tenure
      const sessionFor = yield* SessionOwner.client
      const lineFor = yield* LineOwner.client
      const abroad = yield* FiberSet.make<void>()
      // A wake-up that does not arrive is made good by the owner's own look.
      const once = <Id extends SessionId | PhoneNumber, E>(woken: Set<Id>, id: Id, wake: Effect.Effect<void, E>) =>
        Effect.suspend(() => {
          if (woken.has(id)) return Effect.void
          woken.add(id)
          return Effect.catchCause(wake, (cause) => {
            woken.delete(id)
            return Effect.logDebug("A wake-up was lost", cause)
          })
        })
      // A call on a connection that is cut can't even be broken off in time: nobody waits for that, a stop least of all.
      const call = Effect.fnUntraced(function*<E>(wake: Effect.Effect<void, E>) {
        const calling = yield* Effect.forkDetach(Effect.catchCause(wake, (cause) => Effect.logDebug("A wake-up was lost", cause)))
        yield* Effect.ensuring(Effect.raceFirst(Fiber.await(calling), Effect.sleep(patience)), Effect.sync(() => calling.interruptUnsafe()))
      })
      /** Nobody who works waits for another process. */
      const send = <Id extends SessionId | PhoneNumber, E>(woken: Set<Id>, calling: Set<Id>, id: Id, wake: Effect.Effect<void, E>) =>
        Effect.suspend(() => {
          if (tenure.isHere(tenure.shardOf(id))) return Effect.asVoid(Effect.forkDetach(once(woken, id, wake)))
          if (calling.has(id) || calling.size >= abroadAtOnce) return Effect.void
          calling.add(id)
          return call(wake).pipe(Effect.ensuring(Effect.sync(() => calling.delete(id))), FiberSet.run(abroad), Effect.asVoid)
        })
      const callingSessions = new Set<SessionId>()
      const callingLines = new Set<PhoneNumber>()
      return Wakeups.of({
        session: (id) => send(local.wokenSessions, callingSessions, id, sessionFor(id).Wake(undefined, { discard: true })),
        line: (number) =>
          Effect.suspend(() => {
            const here = local.workers.get(number)
            if (here?.isDraining === true) return here.worker.ring
            return send(local.wokenLines, callingLines, number, lineFor(number).Wake(undefined, { discard: true }))
          })
      })
    })
  )

/** The owners, and the wake-ups that reach them. */
export const layer = Layer.unwrap(Effect.sync(() => {
  const local: Local = { wokenSessions: new Set(), wokenLines: new Set(), workers: new Map() }
  return Layer.mergeAll(sessionOwner(local), lineOwner(local)).pipe(Layer.provideMerge(wakeups(local)))
}))

/**
 * Collects what a transaction has to tell, and appends it to the event log as the last thing that the transaction does: what is undone was
 * never told, and what is told was done. A project that keeps no events costs nothing but the look at its own row, which most use cases
 * have read anyway.
 */
import { Context, DateTime, Effect, Option } from "effect"
import type { AccountId } from "@parley/schema/Ids"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { Event, Fact } from "./Event.ts"
import { ofMessage, ofSession } from "./Event.ts"
import { Ids } from "./Ids.ts"
import type { Message } from "./Message.ts"
import type { OptOut } from "./ports/ConsentStore.ts"
import { ConsentStore } from "./ports/ConsentStore.ts"
import { Directory } from "./ports/Directory.ts"
import { EventStore } from "./ports/EventStore.ts"
import { MessageStore } from "./ports/MessageStore.ts"
import type { Project } from "./Project.ts"
import type { Session } from "./Session.ts"

/** Where a use case puts its facts. Only `recording` provides it, so that none is told outside a transaction. */
export class Facts extends Context.Service<Facts, { readonly told: Array<Fact> }>()("@parley/core/Facts") {}

/** A project's row is read once in a transaction, whoever asks for it: nobody else writes meanwhile. */
const readingOnce = (directory: Directory["Service"]): Directory["Service"] => {
  const known = new Map<string, Option.Option<Project>>()
  return {
    ...directory,
    project: (id) => {
      const before = known.get(id)
      return before === undefined ? Effect.tap(directory.project(id), (found) => Effect.sync(() => known.set(id, found))) : Effect.succeed(before)
    }
  }
}

/** Runs a use case, and appends what it has told; also brings whether that was anything. Inside a transaction. */
export const recording = <A, E, R>(useCase: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const told: Array<Fact> = []
    const directory = readingOnce(yield* Directory)
    const value = yield* useCase.pipe(Effect.provideService(Facts, { told }), Effect.provideService(Directory, directory))
    const wanted = yield* Effect.filter(told, ({ projectId }) => Effect.map(directory.project(projectId), Option.exists(({ config }) => config.events !== null)))
    if (wanted.length > 0) yield* append(wanted)
    return { value, appended: wanted.length > 0 }
  })

/** Ids come from this process's clock, and the event before may be another's: the order is that of the transactions all the same. */
const append = Effect.fnUntraced(function*(facts: ReadonlyArray<Fact>) {
  const store = yield* EventStore
  const ids = yield* Ids
  const last = yield* store.last()
  if (last !== null) yield* ids.after(last)
  const events: Array<Event> = []
  for (const fact of facts) events.push({ ...fact, id: yield* ids.event })
  yield* store.append(events)
})

const whose = ({ accountId, environment, projectId }: Pick<Fact, "accountId" | "environment" | "projectId">) => ({ accountId, projectId, environment })

/** Tells what has become of a session; `before` is null where it begins. */
export const tellSession = Effect.fnUntraced(function*(before: Session | null, session: Session) {
  const { told } = yield* Facts
  const occurredAt = yield* DateTime.now
  for (const type of ofSession(before, session)) told.push({ ...whose(session), type, occurredAt, session })
})

const tellMessage = Effect.fnUntraced(function*(before: Message | null, message: Message) {
  const type = ofMessage(before?.status ?? null, message.status)
  if (type !== undefined) (yield* Facts).told.push({ ...whose(message), type, occurredAt: yield* DateTime.now, message })
})

/** Writes a new text, and tells of it. */
export const addText = Effect.fnUntraced(function*(message: Message) {
  yield* (yield* MessageStore).insert(message)
  yield* tellMessage(null, message)
})

/** Writes what a text has become, and tells of its status where that is another. */
export const changeText = Effect.fnUntraced(function*(before: Message, message: Message) {
  yield* (yield* MessageStore).update(message)
  yield* tellMessage(before, message)
})

/** Keeps an opt-out, and tells of it where it is the first of its pair. */
export const optOut = Effect.fnUntraced(function*(accountId: AccountId, optOut: OptOut) {
  const consent = yield* ConsentStore
  if (Option.isSome(yield* consent.get(optOut.userNumber, optOut.agentNumber))) return
  yield* consent.put(optOut)
  const { told } = yield* Facts
  told.push({ ...whose({ accountId, ...optOut }), type: "opt_out.recorded", occurredAt: yield* DateTime.now, optOut })
})

/** Takes an opt-out back, and tells of it where there was one. */
export const optIn = Effect.fnUntraced(function*(accountId: AccountId, userNumber: PhoneNumber, agentNumber: PhoneNumber) {
  const consent = yield* ConsentStore
  const found = Option.getOrNull(yield* consent.get(userNumber, agentNumber))
  if (found === null) return
  yield* consent.remove(userNumber, agentNumber)
  const { told } = yield* Facts
  told.push({ ...whose({ accountId, ...found }), type: "opt_out.removed", occurredAt: yield* DateTime.now, optOut: found })
})

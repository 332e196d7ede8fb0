/** Posting a project's events to where its file says: each at least once, and those of one user in order. */
import { Array, DateTime, Duration, Effect, Metric, Option } from "effect"
import type { EventId, ProjectId } from "@parley/schema/Ids"
import { beginning, type Event, userOf } from "./Event.ts"
import { look } from "./Events.ts"
import { advance, beginAt, type EventWebhook, fail, isLastTry, type WebhookProgress } from "./EventWebhook.ts"
import { Directory } from "./ports/Directory.ts"
import { EventReceiver, type NotReceived } from "./ports/EventReceiver.ts"
import { EventStore } from "./ports/EventStore.ts"
import { EventWebhookStore } from "./ports/EventWebhookStore.ts"
import { Transactor } from "./ports/Store.ts"
import type { Project } from "./Project.ts"

const posts = Metric.counter("parley_event_posts_total", { description: "Events posted to webhooks, by outcome", incremental: true })
const count = (outcome: "received" | "not_now" | "refused" | "passed_over") => Metric.update(Metric.withAttributes(posts, { outcome }), 1)

/** A receiver's own time for one event. Source: the recommendation of Standard Webhooks, 15 to 30 seconds, and less than what a stop waits for. */
const timeout = Duration.seconds(15)

/** Events that are looked at together, and how many are on their way at once. */
const page = 100
const atOnce = 16

const webhooksOf = ({ config: { events } }: Project): ReadonlyArray<EventWebhook> => events?.webhooks ?? []

/** Brings the webhooks of a project to what its configuration says: a new one begins with the next event. Inside a transaction. */
export const settle = Effect.fn("EventWebhooks.settle")(function*(project: Project) {
  const store = yield* EventWebhookStore
  const wanted = webhooksOf(project).map(({ name }) => name)
  const known = (yield* store.list(project.id)).map(({ name }) => name)
  for (const name of known) if (!wanted.includes(name)) yield* store.remove(project.id, name)
  const added = wanted.filter((name) => !known.includes(name))
  if (added.length === 0) return
  const head = (yield* (yield* EventStore).head(project.id)) ?? beginning
  for (const name of added) yield* store.insert(beginAt(project.id, name, head, yield* DateTime.now))
})

/** What has become of a page: the events that are dealt with, and the first that is not. */
interface Posted {
  readonly done: Set<EventId>
  failure: { readonly id: EventId; readonly error: NotReceived } | null
}

/** Others may have failed meanwhile: what counts is the first in the log. */
const noteFailure = (posted: Posted, id: EventId, error: NotReceived) => {
  if (posted.failure === null || id < posted.failure.id) posted.failure = { id, error }
}

/** Users' events go out side by side, those of one user one after the other; nothing new begins once one has failed. */
const postAll = Effect.fnUntraced(function*(webhook: EventWebhook, events: ReadonlyArray<Event>, mayPassOver: boolean, posted: Posted) {
  const receiver = yield* EventReceiver
  const post = Effect.fnUntraced(function*(event: Event) {
    if (posted.failure !== null) return
    const failure = yield* receiver.post(webhook, event, timeout).pipe(Effect.as(null), Effect.catch((error) => Effect.succeed(error)))
    if (failure === null) {
      yield* count("received")
      posted.done.add(event.id)
      return
    }
    if (failure.reason === "refused" && mayPassOver) {
      yield* count("passed_over")
      yield* Effect.logError("A webhook does not take an event, which is passed over").pipe(Effect.annotateLogs({ project: event.projectId, webhook: webhook.name, event: event.id, detail: failure.detail }))
      posted.done.add(event.id)
      return
    }
    yield* count(failure.reason)
    noteFailure(posted, event.id, failure)
  })
  const users = Object.values(Array.groupBy(events, userOf))
  yield* Effect.forEach(users, (its) => Effect.forEach(its, post, { discard: true }), { concurrency: atOnce, discard: true })
})

/** How far it came: through all that was looked at, or the last event before the first that is not done; null where that is the very first. */
const doneThrough = (events: ReadonlyArray<Event>, through: EventId, { done }: Posted): EventId | null => {
  const open = events.findIndex(({ id }) => !done.has(id))
  return open === -1 ? through : events[open - 1]?.id ?? null
}

const replace = Effect.fnUntraced(function*(before: WebhookProgress, after: WebhookProgress) {
  const { transact } = yield* Transactor
  const store = yield* EventWebhookStore
  return yield* transact(store.replace(before, after))
})

/** Writes down how far it came, also when it is stopped in the middle. */
const record = Effect.fnUntraced(function*(progress: WebhookProgress, events: ReadonlyArray<Event>, through: EventId, posted: Posted) {
  const now = yield* DateTime.now
  const about = { project: progress.projectId, webhook: progress.name }
  const reached = doneThrough(events, through, posted)
  const moved = reached === null ? progress : advance(progress, reached, now)
  const error = posted.failure?.error
  const after = error === undefined ? moved : fail(moved, { isRefusal: error.reason === "refused", trouble: error.detail, wait: error.wait }, now)
  if (!(yield* replace(progress, after))) return false
  if (after.failures === 1) yield* Effect.logWarning("Events can't be posted to a webhook; they are tried again").pipe(Effect.annotateLogs({ ...about, detail: after.trouble }))
  if (progress.failures > 0 && after.failures === 0) yield* Effect.logInfo("A webhook takes events again").pipe(Effect.annotateLogs(about))
  return posted.failure === null
})

/** What was removed by age before it could be posted is lost to the webhook, and an operator is to know. */
const skipRemoved = Effect.fnUntraced(function*(progress: WebhookProgress) {
  const { removedThrough } = yield* (yield* EventStore).after(progress.projectId, progress.through, 1)
  if (removedThrough === null) return false
  yield* Effect.logError("Events were removed by age before a webhook had them").pipe(Effect.annotateLogs({ project: progress.projectId, webhook: progress.name, after: progress.through, through: removedThrough }))
  return yield* replace(progress, advance(progress, removedThrough, yield* DateTime.now))
})

/** Posts the next events of a webhook; true while it gets on, false when there are none or one has failed. Only its owner calls this, for a time. */
export const step = Effect.fn("EventWebhooks.step")(function*(projectId: ProjectId, name: string) {
  const progress = Option.getOrNull(yield* (yield* EventWebhookStore).get(projectId, name))
  const project = Option.getOrNull(yield* (yield* Directory).project(projectId))
  const webhook = project === null ? undefined : webhooksOf(project).find((each) => each.name === name)
  if (progress === null || webhook === undefined || DateTime.isGreaterThan(progress.nextAt, yield* DateTime.now)) return false
  const filter = { projectId, environment: webhook.environment ?? undefined, types: webhook.types ?? undefined }
  // After a failure one event tells whether it is over, so that the others are not posted again and again.
  const seen = yield* look(filter, progress.through, progress.failures > 0 ? 1 : page).pipe(Effect.catchTag("EventsRemoved", () => Effect.succeed(null)))
  if (seen === null) return yield* skipRemoved(progress)
  if (seen.through === progress.through) return false
  const posted: Posted = { done: new Set(), failure: null }
  const write = record(progress, seen.events, seen.through, posted)
  yield* postAll(webhook, seen.events, isLastTry(progress), posted).pipe(Effect.onInterrupt(() => Effect.ignore(write)))
  return yield* write
})

/** The streams of events that this process has open: how many there may be, and that a stop does not wait for them. */
import { Context, Deferred, Effect, Layer, Metric, type Scope } from "effect"
import type { ProjectId } from "@parley/schema/Ids"

/** Each costs a look at the log twice a second. */
export const atMostOfProject = 100

const open = Metric.gauge("parley_event_streams", { description: "Streams of events that are open" })

export class EventStreams extends Context.Service<EventStreams, {
  /** True while the project has as many streams as it may have. */
  readonly isFull: (projectId: ProjectId) => boolean
  /** Counts a stream for as long as its scope is open. */
  readonly counted: (projectId: ProjectId) => Effect.Effect<void, never, Scope.Scope>
  /** Ends when the process is about to stop. */
  readonly stopping: Effect.Effect<void>
  /** Has every stream end at once. */
  readonly stop: Effect.Effect<void>
}>()("@parley/http/EventStreams") {}

export const layer: Layer.Layer<EventStreams> = Layer.sync(EventStreams, () => {
  const counts = new Map<ProjectId, number>()
  const stopped = Deferred.makeUnsafe<void>()
  const count = (projectId: ProjectId, by: 1 | -1) =>
    Effect.suspend(() => {
      counts.set(projectId, (counts.get(projectId) ?? 0) + by)
      return Metric.update(open, [...counts.values()].reduce((sum, each) => sum + each, 0))
    })
  return EventStreams.of({
    isFull: (projectId) => (counts.get(projectId) ?? 0) >= atMostOfProject,
    counted: (projectId) => Effect.acquireRelease(count(projectId, 1), () => count(projectId, -1)),
    stopping: Deferred.await(stopped),
    stop: Effect.asVoid(Deferred.succeed(stopped, undefined))
  })
})

/** Around the server: its streams end before it waits for its requests. */
export const endWithServer: Layer.Layer<never, never, EventStreams> = Layer.effectDiscard(
  Effect.flatMap(EventStreams, ({ stop }) => Effect.addFinalizer(() => stop))
)

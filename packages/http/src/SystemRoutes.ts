/** What operators' machines ask: is it alive, is it ready, how does it fare. No key is needed, and nothing of a conversation is told. */
import { DateTime, Duration, Effect, Layer, Metric } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { Membership, type Standing } from "@parley/core/ports/Membership"
import { MessageStore } from "@parley/core/ports/MessageStore"
import { RedactionStore } from "@parley/core/ports/RedactionStore"
import { SessionStore } from "@parley/core/ports/SessionStore"

const at = { healthz: "/healthz", readyz: "/readyz", metrics: "/metrics" } as const

/** The paths of these routes. */
export const paths: ReadonlyArray<string> = Object.values(at)

const healthz = HttpRouter.add("GET", at.healthz, HttpServerResponse.jsonUnsafe({ status: "ok" }))

/** Counts only: no process learns another's address here. */
const ownership = (standing: Standing | null) =>
  standing === null ? {} : { ownership: { shards: standing.owned, of: standing.shards, processes: standing.processes } }

// A readiness probe that hangs is a probe that fails.
const answersWithin = Duration.seconds(2)

const readyz = HttpRouter.add("GET", at.readyz, Effect.gen(function*() {
  const messages = yield* MessageStore
  yield* messages.backlog().pipe(Effect.timeout(answersWithin))
  return HttpServerResponse.jsonUnsafe({ status: "ready", checks: { store: "ok" }, ...ownership(yield* yield* Membership) })
}).pipe(Effect.catch((failure) =>
  Effect.as(
    Effect.logWarning("Not ready", failure),
    HttpServerResponse.jsonUnsafe({ status: "not_ready", checks: { store: "unavailable" } }, { status: 503 })
  )
)))

const label = (value: string) => value.replaceAll("\\", "\\\\").replaceAll("\"", "\\\"").replaceAll("\n", "\\n")

const attributes = (of: Readonly<Record<string, string>>) => {
  const pairs = Object.entries(of).map(([name, value]) => `${name}="${label(value)}"`)
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`
}

/** Counters and gauges of Effect's registry that are Parley's own, in Prometheus' text format, which wants the lines of one name together. */
const registered = (snapshots: ReadonlyArray<Metric.Metric.Snapshot>): ReadonlyArray<string> => {
  const families = new Map<string, Array<string>>()
  for (const snapshot of snapshots) {
    if (!snapshot.id.startsWith("parley_")) continue
    const value = snapshot.type === "Counter" ? snapshot.state.count : snapshot.type === "Gauge" ? snapshot.state.value : null
    if (value === null) continue
    const lines = families.get(snapshot.id) ?? [`# HELP ${snapshot.id} ${snapshot.description ?? ""}`, `# TYPE ${snapshot.id} ${snapshot.type.toLowerCase()}`]
    lines.push(`${snapshot.id}${attributes(snapshot.attributes ?? {})} ${value}`)
    families.set(snapshot.id, lines)
  }
  return [...families.values()].flat()
}

const membership = ({ confirmedAgo, owned, processes, shards }: Standing): ReadonlyArray<string> => [
  "# HELP parley_shards_owned Shards of sessions and lines that this process owns",
  "# TYPE parley_shards_owned gauge",
  `parley_shards_owned ${owned}`,
  "# HELP parley_shards Shards in all; the processes together own so many",
  "# TYPE parley_shards gauge",
  `parley_shards ${shards}`,
  "# HELP parley_processes Gateway processes that the database has heard of lately",
  "# TYPE parley_processes gauge",
  `parley_processes ${processes}`,
  ...confirmedAgo === null ? [] : [
    "# HELP parley_ownership_confirmed_seconds Since the database last confirmed what this process owns",
    "# TYPE parley_ownership_confirmed_seconds gauge",
    `parley_ownership_confirmed_seconds ${Duration.toSeconds(confirmedAgo)}`
  ]
]

const metrics = HttpRouter.add("GET", at.metrics, Effect.gen(function*() {
  const sessions = yield* SessionStore
  const messages = yield* MessageStore
  const states = yield* sessions.countByState()
  const backlog = yield* messages.backlog()
  const due = yield* sessions.firstDue()
  const redactions = yield* (yield* RedactionStore).count()
  const standing = yield* yield* Membership
  const now = yield* DateTime.now
  const since = (at: DateTime.Utc | null) => at === null ? 0 : Math.max(0, Duration.toSeconds(DateTime.distance(at, now)))
  const lines = [
    "# HELP parley_sessions Sessions by state",
    "# TYPE parley_sessions gauge",
    ...Object.entries(states).map(([state, count]) => `parley_sessions{state="${state}"} ${count}`),
    "# HELP parley_messages_pending Texts that wait in a line, or are with the carrier without an answer",
    "# TYPE parley_messages_pending gauge",
    `parley_messages_pending ${backlog.pending}`,
    "# HELP parley_messages_held Texts that wait for the end of quiet hours",
    "# TYPE parley_messages_held gauge",
    `parley_messages_held ${backlog.held}`,
    "# HELP parley_messages_oldest_seconds How long the oldest of them has waited",
    "# TYPE parley_messages_oldest_seconds gauge",
    `parley_messages_oldest_seconds ${since(backlog.oldestAt)}`,
    "# HELP parley_timers_late_seconds How long the timer that is due longest is late",
    "# TYPE parley_timers_late_seconds gauge",
    `parley_timers_late_seconds ${since(due.timerAt)}`,
    "# HELP parley_turns_late_seconds How long the agent's call that is due longest is late",
    "# TYPE parley_turns_late_seconds gauge",
    `parley_turns_late_seconds ${since(due.agentAt)}`,
    "# HELP parley_redactions Texts that the carrier is still to forget, and texts that it has refused to forget for a week",
    "# TYPE parley_redactions gauge",
    ...Object.entries(redactions).map(([state, count]) => `parley_redactions{state="${state}"} ${count}`),
    ...standing === null ? [] : membership(standing),
    ...registered(yield* Metric.snapshot)
  ]
  return HttpServerResponse.text(`${lines.join("\n")}\n`, { contentType: "text/plain; version=0.0.4; charset=utf-8" })
}).pipe(Effect.catch((failure) =>
  Effect.as(Effect.logWarning("No metrics", failure), HttpServerResponse.text("The store is not available.\n", { status: 503 }))
)))

export const layer = Layer.mergeAll(healthz, readyz, metrics)

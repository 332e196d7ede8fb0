/** What operators' machines ask: is it alive, is it ready, how does it fare. No key is needed, and nothing of a conversation is told. */
import { DateTime, Duration, Effect, Layer, Metric } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { MessageStore } from "@parley/core/ports/MessageStore"
import { SessionStore } from "@parley/core/ports/SessionStore"

const healthz = HttpRouter.add("GET", "/healthz", HttpServerResponse.jsonUnsafe({ status: "ok" }))

// A readiness probe that hangs is a probe that fails.
const answersWithin = Duration.seconds(2)

const readyz = HttpRouter.add("GET", "/readyz", Effect.gen(function*() {
  const messages = yield* MessageStore
  yield* messages.backlog().pipe(Effect.timeout(answersWithin))
  return HttpServerResponse.jsonUnsafe({ status: "ready", checks: { store: "ok" } })
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

/** Counters and gauges of Effect's registry that are Parley's own, in Prometheus' text format. */
const registered = (snapshots: ReadonlyArray<Metric.Metric.Snapshot>): ReadonlyArray<string> => {
  const lines: Array<string> = []
  const described = new Set<string>()
  for (const snapshot of snapshots) {
    if (!snapshot.id.startsWith("parley_")) continue
    const value = snapshot.type === "Counter" ? snapshot.state.count : snapshot.type === "Gauge" ? snapshot.state.value : null
    if (value === null) continue
    if (!described.has(snapshot.id)) {
      described.add(snapshot.id)
      lines.push(`# HELP ${snapshot.id} ${snapshot.description ?? ""}`, `# TYPE ${snapshot.id} ${snapshot.type.toLowerCase()}`)
    }
    lines.push(`${snapshot.id}${attributes(snapshot.attributes ?? {})} ${value}`)
  }
  return lines
}

const metrics = HttpRouter.add("GET", "/metrics", Effect.gen(function*() {
  const sessions = yield* SessionStore
  const messages = yield* MessageStore
  const states = yield* sessions.countByState()
  const backlog = yield* messages.backlog()
  const now = yield* DateTime.now
  const waited = backlog.oldestAt === null ? 0 : Duration.toSeconds(DateTime.distance(backlog.oldestAt, now))
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
    `parley_messages_oldest_seconds ${waited}`,
    ...registered(yield* Metric.snapshot)
  ]
  return HttpServerResponse.text(`${lines.join("\n")}\n`, { contentType: "text/plain; version=0.0.4; charset=utf-8" })
}).pipe(Effect.catch((failure) =>
  Effect.as(Effect.logWarning("No metrics", failure), HttpServerResponse.text("The store is not available.\n", { status: 503 }))
)))

export const layer = Layer.mergeAll(healthz, readyz, metrics)

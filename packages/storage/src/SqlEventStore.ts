/** The event log on SQL. */
import { Array, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { beganAt, Event, firstId, userOf } from "@parley/core/Event"
import { EventStore } from "@parley/core/ports/EventStore"
import type { EventId } from "@parley/schema/Ids"
import { named, toMillis } from "./Rows.ts"

// The whole event is the JSON text `detail`; the columns beside it are what queries look for.
const codec = Schema.fromJsonString(Schema.toCodecJson(Event))
export const encodeEvent = Schema.encodeSync(codec)
export const decodeEvent = Schema.decodeSync(codec)

const toRow = (event: Event) => ({
  id: event.id,
  account_id: event.accountId,
  project_id: event.projectId,
  user_number: userOf(event),
  began_at: toMillis(beganAt(event)),
  detail: encodeEvent(event)
})

interface IdRow {
  readonly id: EventId | null
}

const idOf = (rows: ReadonlyArray<IdRow>): EventId | null => rows[0]?.id ?? null

export const layer: Layer.Layer<EventStore, never, SqlClient.SqlClient> = Layer.effect(
  EventStore,
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const removed = (projectId: Event["projectId"]) => Effect.map(sql<IdRow>`SELECT through AS id FROM events_removed WHERE project_id = ${projectId}`, idOf)

    return EventStore.of({
      append: (events) => {
        const rows: ReadonlyArray<Record<string, unknown>> = events.map(toRow)
        return Array.isReadonlyArrayNonEmpty(rows) ? sql`INSERT INTO events ${sql.insert(rows)}`.pipe(Effect.asVoid, named("events.append")) : Effect.void
      },

      last: () => sql<IdRow>`SELECT id FROM events ORDER BY id DESC LIMIT 1`.pipe(Effect.map(idOf), named("events.last")),

      after: (projectId, id, limit) =>
        Effect.gen(function*() {
          const rows = yield* sql<{ detail: string }>`SELECT detail FROM events WHERE project_id = ${projectId} AND id > ${id} ORDER BY id LIMIT ${limit}`
          return { events: rows.map(({ detail }) => decodeEvent(detail)), removedThrough: yield* removed(projectId) }
        }).pipe(named("events.after")),

      head: (projectId) =>
        Effect.gen(function*() {
          const newest = idOf(yield* sql<IdRow>`SELECT id FROM events WHERE project_id = ${projectId} ORDER BY id DESC LIMIT 1`)
          return newest ?? (yield* removed(projectId))
        }).pipe(named("events.head")),

      purge: (projectId, before, limit) =>
        Effect.gen(function*() {
          const old = yield* sql<{ id: EventId }>`SELECT id FROM events WHERE project_id = ${projectId} AND id < ${firstId(before)} ORDER BY id LIMIT ${limit}`
          const last = old.at(-1)
          if (last === undefined) return 0
          yield* sql`DELETE FROM events WHERE project_id = ${projectId} AND id <= ${last.id}`
          yield* sql`INSERT INTO events_removed (project_id, through) VALUES (${projectId}, ${last.id})
            ON CONFLICT (project_id) DO UPDATE SET through = excluded.through`
          return old.length
        }).pipe(named("events.purge"))
    })
  })
)

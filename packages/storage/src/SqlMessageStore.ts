/** Messages and lines on SQL. */
import { DateTime, Effect, Layer, Option, Schema } from "effect"
import { SqlClient } from "effect/sql"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { Message } from "@parley/core/Message"
import { isHeld, isPending, Media, MessageTrouble } from "@parley/core/Message"
import { MessageStore } from "@parley/core/ports/MessageStore"
import type { SqlNumber } from "./Rows.ts"
import { named, toMillis, toTime, toTimeOrNull } from "./Rows.ts"

/** A row of `messages`, as the driver gives it. */
export interface MessageRow {
  readonly id: Message["id"]
  readonly session_id: Message["sessionId"]
  readonly account_id: Message["accountId"]
  readonly project_id: Message["projectId"]
  readonly environment: Message["environment"]
  readonly direction: Message["direction"]
  readonly author: Message["author"]
  readonly purpose: Message["purpose"]
  readonly user_number: PhoneNumber
  readonly agent_number: PhoneNumber
  readonly pool: string | null
  readonly body: string
  readonly media: string | null
  readonly segments: number
  readonly status: Message["status"]
  readonly trouble: string | null
  readonly carrier_id: string | null
  readonly turn_id: Message["turnId"]
  readonly attempts: number
  readonly next_attempt_at: SqlNumber | null
  readonly held_until: SqlNumber | null
  readonly attempted_at: SqlNumber | null
  readonly created_at: SqlNumber
  readonly accepted_at: SqlNumber | null
  readonly updated_at: SqlNumber
}

const mediaCodec = Schema.fromJsonString(Schema.Array(Media))
const encodeMedia = Schema.encodeSync(mediaCodec)
const decodeMedia = Schema.decodeSync(mediaCodec)
const troubleCodec = Schema.fromJsonString(MessageTrouble)
const encodeTrouble = Schema.encodeSync(troubleCodec)
const decodeTrouble = Schema.decodeSync(troubleCodec)

export const toMessage = (row: MessageRow): Message => ({
  id: row.id,
  sessionId: row.session_id,
  accountId: row.account_id,
  projectId: row.project_id,
  environment: row.environment,
  direction: row.direction,
  author: row.author,
  purpose: row.purpose,
  userNumber: row.user_number,
  agentNumber: row.agent_number,
  pool: row.pool,
  body: row.body,
  media: row.media === null ? [] : decodeMedia(row.media),
  segments: row.segments,
  status: row.status,
  trouble: row.trouble === null ? null : decodeTrouble(row.trouble),
  carrierId: row.carrier_id,
  turnId: row.turn_id,
  attempts: row.attempts,
  nextAttemptAt: toTimeOrNull(row.next_attempt_at),
  heldUntil: toTimeOrNull(row.held_until),
  attemptedAt: toTimeOrNull(row.attempted_at),
  createdAt: toTime(row.created_at),
  acceptedAt: toTimeOrNull(row.accepted_at),
  updatedAt: toTime(row.updated_at)
})

// The column `pending`: what the lines' indexes hold.
const placeOf = (message: Message) => isHeld(message) ? held : isPending(message) ? inLine : settled
const settled = 0
const inLine = 1
const held = 2

const first = (rows: ReadonlyArray<MessageRow>): Option.Option<Message> => Option.map(Option.fromNullishOr(rows[0]), toMessage)

export const layer: Layer.Layer<MessageStore, never, SqlClient.SqlClient> = Layer.effect(
  MessageStore,
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const trouble = (message: Message) => message.trouble === null ? null : encodeTrouble(message.trouble)
    const media = (message: Message) => message.media.length === 0 ? null : encodeMedia(message.media)
    const all = (rows: ReadonlyArray<MessageRow>) => rows.map(toMessage)

    return MessageStore.of({
      insert: (m) =>
        sql`INSERT INTO messages (id, session_id, account_id, project_id, environment, direction, author, purpose, user_number,
            agent_number, pool, body, media, segments, status, trouble, carrier_id, turn_id, attempts, next_attempt_at, held_until, attempted_at,
            created_at, accepted_at, updated_at, pending)
          VALUES (${m.id}, ${m.sessionId}, ${m.accountId}, ${m.projectId}, ${m.environment}, ${m.direction}, ${m.author},
            ${m.purpose}, ${m.userNumber}, ${m.agentNumber}, ${m.pool}, ${m.body}, ${media(m)},
            ${m.segments}, ${m.status}, ${trouble(m)}, ${m.carrierId}, ${m.turnId}, ${m.attempts}, ${toMillis(m.nextAttemptAt)},
            ${toMillis(m.heldUntil)}, ${toMillis(m.attemptedAt)}, ${toMillis(m.createdAt)}, ${toMillis(m.acceptedAt)},
            ${toMillis(m.updatedAt)}, ${placeOf(m)})`.pipe(Effect.asVoid, named("messages.insert")),

      update: (m) =>
        sql`UPDATE messages SET session_id = ${m.sessionId}, agent_number = ${m.agentNumber}, pool = ${m.pool}, media = ${media(m)}, status = ${m.status}, trouble = ${trouble(m)},
            carrier_id = ${m.carrierId}, attempts = ${m.attempts}, next_attempt_at = ${toMillis(m.nextAttemptAt)},
            held_until = ${toMillis(m.heldUntil)}, attempted_at = ${toMillis(m.attemptedAt)}, accepted_at = ${toMillis(m.acceptedAt)},
            updated_at = ${toMillis(m.updatedAt)}, pending = ${placeOf(m)}
          WHERE id = ${m.id}`.pipe(Effect.asVoid, named("messages.update")),

      get: (id) => sql<MessageRow>`SELECT * FROM messages WHERE id = ${id}`.pipe(Effect.map(first), named("messages.get")),

      byCarrierId: (carrierId) =>
        sql<MessageRow>`SELECT * FROM messages WHERE carrier_id = ${carrierId}`.pipe(Effect.map(first), named("messages.byCarrierId")),

      history: (sessionId) =>
        sql<MessageRow>`SELECT * FROM messages WHERE session_id = ${sessionId} ORDER BY id`.pipe(Effect.map(all), named("messages.history")),

      list: (sessionId, page) =>
        sql<MessageRow>`SELECT * FROM messages WHERE ${
          sql.and([sql`session_id = ${sessionId}`, ...(page.cursor === null ? [] : [sql`id < ${page.cursor}`])])
        } ORDER BY id DESC LIMIT ${page.limit + 1}`.pipe(
          Effect.map((rows) => ({
            items: rows.slice(0, page.limit).map(toMessage),
            next: rows.length > page.limit ? rows[page.limit - 1]?.id ?? null : null
          })),
          named("messages.list")
        ),

      lastTalkedWith: (of) =>
        sql<{ agent_number: PhoneNumber }>`SELECT m.agent_number FROM messages m
          WHERE m.project_id = ${of.projectId} AND m.environment = ${of.environment} AND m.user_number = ${of.userNumber} AND m.pool IS NULL
            AND EXISTS (SELECT 1 FROM numbers n WHERE n.number = m.agent_number AND n.project_id = m.project_id AND n.environment = m.environment)
          ORDER BY m.id DESC LIMIT 1`.pipe(
          Effect.map((rows) => Option.map(Option.fromNullishOr(rows[0]), (row) => row.agent_number)),
          named("messages.lastTalkedWith")
        ),

      queuedTo: (userNumber, agentNumber) =>
        sql<MessageRow>`SELECT * FROM messages
          WHERE pending = 1 AND agent_number = ${agentNumber} AND user_number = ${userNumber} AND status = 'queued'
          UNION ALL SELECT * FROM messages WHERE pending = 2 AND agent_number = ${agentNumber} AND user_number = ${userNumber}
          ORDER BY id`.pipe(Effect.map(all), named("messages.queuedTo")),

      heads: (line, limit) =>
        sql<MessageRow>`SELECT m.* FROM messages m
          WHERE m.pending = 1 AND m.agent_number = ${line} AND m.status = 'queued'
            AND NOT EXISTS (SELECT 1 FROM messages b
              WHERE b.pending = 1 AND b.agent_number = m.agent_number AND b.user_number = m.user_number AND b.id < m.id)
          ORDER BY m.id LIMIT ${limit}`.pipe(Effect.map(all), named("messages.heads")),

      questions: (line, now, limit) =>
        sql<MessageRow>`SELECT * FROM messages
          WHERE pending = 1 AND status = 'unknown' AND agent_number = ${line}
            AND (next_attempt_at <= ${DateTime.toEpochMillis(now)} OR attempted_at > ${DateTime.toEpochMillis(now)})
          ORDER BY next_attempt_at, id LIMIT ${limit}`.pipe(Effect.map(all), named("messages.questions")),

      nextQuestionAt: (line) =>
        sql<{ due: SqlNumber | null }>`SELECT min(next_attempt_at) AS due FROM messages
          WHERE pending = 1 AND status = 'unknown' AND agent_number = ${line}`.pipe(
          Effect.map((rows) => Option.map(Option.fromNullishOr(rows[0]?.due), toTime)),
          named("messages.nextQuestionAt")
        ),

      inFlight: (line) =>
        sql<MessageRow>`SELECT * FROM messages WHERE pending = 1 AND agent_number = ${line} AND status = 'sending' ORDER BY id`.pipe(
          Effect.map(all),
          named("messages.inFlight")
        ),

      queueLength: (line, atMost) =>
        sql<{ n: SqlNumber }>`SELECT count(*) AS n FROM
          (SELECT 1 FROM messages WHERE pending = 1 AND agent_number = ${line} LIMIT ${atMost}) AS waiting`.pipe(
          Effect.map((rows) => Number(rows[0]?.n ?? 0)),
          named("messages.queueLength")
        ),

      // Walks from line to line in the index, so that its cost follows the number of lines and not of texts.
      linesDue: (now, limit) =>
        sql<{ line: PhoneNumber }>`WITH RECURSIVE busy (line) AS (
            SELECT min(agent_number) FROM messages WHERE pending = 1
            UNION ALL
            SELECT (SELECT min(agent_number) FROM messages WHERE pending = 1 AND agent_number > busy.line) FROM busy WHERE busy.line IS NOT NULL
          )
          SELECT line FROM busy WHERE line IS NOT NULL AND (
            EXISTS (SELECT 1 FROM messages
              WHERE pending = 1 AND status = 'unknown' AND agent_number = busy.line
                AND (next_attempt_at <= ${DateTime.toEpochMillis(now)} OR attempted_at > ${DateTime.toEpochMillis(now)}))
            OR EXISTS (SELECT 1 FROM messages WHERE pending = 1 AND agent_number = busy.line AND status <> 'unknown')
              AND coalesce((SELECT back_off_until FROM lines WHERE number = busy.line AND back_off_since <= ${DateTime.toEpochMillis(now)}), 0)
                <= ${DateTime.toEpochMillis(now)})
          LIMIT ${limit}`.pipe(Effect.map((rows) => rows.map((row) => row.line)), named("messages.linesDue")),

      heldDue: (now, limit) =>
        sql<MessageRow>`SELECT * FROM messages WHERE pending = 2 AND held_until <= ${DateTime.toEpochMillis(now)}
          ORDER BY held_until, id LIMIT ${limit}`.pipe(Effect.map(all), named("messages.heldDue")),

      mediaDue: (now, limit) =>
        sql<MessageRow>`SELECT * FROM messages WHERE status = 'received' AND next_attempt_at <= ${DateTime.toEpochMillis(now)}
          ORDER BY next_attempt_at, id LIMIT ${limit}`.pipe(Effect.map(all), named("messages.mediaDue")),

      receiptsDue: (now, limit) =>
        sql<MessageRow>`SELECT * FROM messages WHERE status = 'sent' AND next_attempt_at <= ${DateTime.toEpochMillis(now)}
          ORDER BY next_attempt_at, id LIMIT ${limit}`.pipe(Effect.map(all), named("messages.receiptsDue")),

      backlog: () =>
        sql<{ n: SqlNumber; oldest: SqlNumber | null; held: SqlNumber }>`SELECT count(*) AS n, min(created_at) AS oldest,
          (SELECT count(*) FROM messages WHERE pending = 2) AS held FROM messages WHERE pending = 1`.pipe(
          Effect.map((rows) => ({
            pending: Number(rows[0]?.n ?? 0),
            oldestAt: toTimeOrNull(rows[0]?.oldest ?? null),
            held: Number(rows[0]?.held ?? 0)
          })),
          named("messages.backlog")
        )
    })
  })
)

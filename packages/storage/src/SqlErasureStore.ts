/** Erasures, and what is kept of a user in every table, on SQL. */
import { DateTime, Effect, Layer, Option, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { userOf } from "@parley/core/Event"
import { Erasure } from "@parley/core/Erasure"
import type { Message } from "@parley/core/Message"
import type { Forgotten } from "@parley/core/ports/ErasureStore"
import { ErasureStore } from "@parley/core/ports/ErasureStore"
import { Session } from "@parley/core/Session"
import { Environment } from "@parley/schema/Environment"
import * as OptOutHash from "./OptOutHash.ts"
import type { SqlNumber } from "./Rows.ts"
import { named, toMillis } from "./Rows.ts"
import { decodeEvent, encodeEvent } from "./SqlEventStore.ts"
import { type MessageRow, toMessage } from "./SqlMessageStore.ts"

interface ErasureRow {
  readonly detail: string
}

// The whole erasure, and the whole session, is the JSON text `detail`; the columns beside it are what queries look for.
const codec = Schema.fromJsonString(Schema.toCodecJson(Erasure))
const encode = Schema.encodeSync(codec)
const decode = Schema.decodeSync(codec)
const sessionCodec = Schema.fromJsonString(Schema.toCodecJson(Session))
const encodeSession = Schema.encodeSync(sessionCodec)
const decodeSession = Schema.decodeSync(sessionCodec)

const first = (rows: ReadonlyArray<ErasureRow>) => Option.map(Option.fromNullishOr(rows[0]), (row) => decode(row.detail))

const erasedDetail = "Erased with the user's data."

export const layer: Layer.Layer<ErasureStore, never, SqlClient.SqlClient> = Layer.effect(
  ErasureStore,
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const hashOf = OptOutHash.make(sql)
    const until = (of: Forgotten) => DateTime.toEpochMillis(of.until)
    // Every environment is named, so that the index of a user's texts is of use.
    const texts = (of: Forgotten) =>
      sql.and([
        sql`project_id IN (SELECT id FROM projects WHERE account_id = ${of.accountId})`,
        sql.in("environment", Environment.literals),
        sql`user_number = ${of.userNumber}`,
        sql`created_at <= ${until(of)}`
      ])
    // Reason and code stay: they count. The sentence may hold the number.
    const troubleWithoutDetail = sql.onDialectOrElse({
      pg: () => sql`jsonb_set(trouble::jsonb, '{detail}', to_jsonb(${erasedDetail}::text))::text`,
      orElse: () => sql`json_set(trouble, '$.detail', ${erasedDetail})`
    })

    return ErasureStore.of({
      insert: (erasure) =>
        sql`INSERT INTO erasures (id, account_id, number, due_at, finished_at, detail)
          VALUES (${erasure.id}, ${erasure.accountId}, ${erasure.number}, ${toMillis(erasure.dueAt)}, ${toMillis(erasure.finishedAt)}, ${encode(erasure)})`.pipe(
          Effect.asVoid,
          named("erasures.insert")
        ),
      update: (erasure) =>
        sql`UPDATE erasures SET number = ${erasure.number}, due_at = ${toMillis(erasure.dueAt)}, finished_at = ${toMillis(erasure.finishedAt)},
            detail = ${encode(erasure)} WHERE id = ${erasure.id}`.pipe(Effect.asVoid, named("erasures.update")),
      get: (id) => sql<ErasureRow>`SELECT detail FROM erasures WHERE id = ${id}`.pipe(Effect.map(first), named("erasures.get")),
      underWay: (accountId, number) =>
        sql<ErasureRow>`SELECT detail FROM erasures WHERE account_id = ${accountId} AND number = ${number}`.pipe(Effect.map(first), named("erasures.underWay")),
      due: (now, limit) =>
        sql<{ id: Erasure["id"] }>`SELECT id FROM erasures WHERE due_at <= ${DateTime.toEpochMillis(now)} ORDER BY due_at LIMIT ${limit}`.pipe(
          Effect.map((rows) => rows.map(({ id }) => id)),
          named("erasures.due")
        ),
      purge: (doneBefore, limit) =>
        sql`DELETE FROM erasures WHERE id IN (SELECT id FROM erasures WHERE finished_at < ${DateTime.toEpochMillis(doneBefore)} ORDER BY finished_at LIMIT ${limit})
          RETURNING id`.pipe(Effect.map((rows) => rows.length), named("erasures.purge")),

      queued: (of, limit) =>
        sql<MessageRow>`SELECT * FROM messages WHERE ${texts(of)} AND status = 'queued' LIMIT ${limit}`.pipe(
          Effect.map((rows) => rows.map(toMessage)),
          named("erasures.queued")
        ),
      unsettled: (of) =>
        sql<{ n: SqlNumber }>`SELECT count(*) AS n FROM messages WHERE ${texts(of)} AND pending <> 0`.pipe(
          Effect.map((rows) => Number(rows[0]?.n ?? 0)),
          named("erasures.unsettled")
        ),
      eraseMessages: (of, pseudonym, limit) =>
        sql<{ project_id: Message["projectId"]; carrier_id: Message["carrierId"] }>`UPDATE messages
          SET user_number = ${pseudonym}, body = '', media = NULL, next_attempt_at = NULL,
            trouble = CASE WHEN trouble IS NULL THEN NULL ELSE ${troubleWithoutDetail} END
          WHERE id IN (SELECT id FROM messages WHERE ${texts(of)} AND pending = 0 LIMIT ${limit})
          RETURNING project_id, carrier_id`.pipe(
          Effect.map((rows) => rows.map((row) => ({ projectId: row.project_id, carrierId: row.carrier_id }))),
          named("erasures.eraseMessages")
        ),
      eraseSessions: (of, anonymous, limit) =>
        Effect.gen(function*() {
          const rows = yield* sql<{ detail: string }>`SELECT detail FROM sessions
            WHERE account_id = ${of.accountId} AND user_number = ${of.userNumber} AND state = 'ended' AND opened_at <= ${until(of)} ORDER BY id LIMIT ${limit}`
          for (const row of rows) {
            const session = anonymous(decodeSession(row.detail))
            yield* sql`UPDATE sessions SET user_number = ${session.userNumber}, detail = ${encodeSession(session)} WHERE id = ${session.id}`
          }
          return rows.length
        }).pipe(named("erasures.eraseSessions")),
      eraseEvents: (of, anonymous, limit) =>
        Effect.gen(function*() {
          const rows = yield* sql<{ detail: string }>`SELECT detail FROM events
            WHERE account_id = ${of.accountId} AND user_number = ${of.userNumber} AND began_at <= ${until(of)} ORDER BY id LIMIT ${limit}`
          for (const row of rows) {
            const event = anonymous(decodeEvent(row.detail))
            yield* sql`UPDATE events SET user_number = ${userOf(event)}, detail = ${encodeEvent(event)} WHERE id = ${event.id}`
          }
          return rows.length
        }).pipe(named("erasures.eraseEvents")),
      removeScheduledSends: (of, limit) =>
        sql`DELETE FROM scheduled_sends WHERE id IN (SELECT id FROM scheduled_sends
            WHERE account_id = ${of.accountId} AND project_id IN (SELECT id FROM projects WHERE account_id = ${of.accountId})
              AND user_number = ${of.userNumber} AND created_at <= ${until(of)} LIMIT ${limit}) RETURNING id`.pipe(
          Effect.map((rows) => rows.length),
          named("erasures.removeScheduledSends")
        ),
      hideOptOuts: (of) =>
        Effect.gen(function*() {
          const hash = yield* hashOf(of.userNumber)
          const hidden = yield* sql`UPDATE opt_outs SET user_number = ${hash}
            WHERE user_number = ${of.userNumber} AND account_id = ${of.accountId} RETURNING agent_number`
          return hidden.length
        }).pipe(named("erasures.hideOptOuts")),
      // Keys begin with the account, and are callers' own words: some write the number into them.
      removeAnswers: (of) => {
        const like = `%${of.userNumber.slice(1)}%`
        return sql`DELETE FROM idempotency WHERE key > ${`${of.accountId}/`} AND key < ${`${of.accountId}0`} AND (key LIKE ${like} OR answer LIKE ${like})`.pipe(
          Effect.asVoid,
          named("erasures.removeAnswers")
        )
      },
      removeCounters: (projectIds, userNumber) =>
        sql`DELETE FROM counters WHERE ${
          sql.in("key", projectIds.flatMap((id) => Environment.literals.map((environment) => `inbound/${id}/${environment}/${userNumber}`)))
        }`.pipe(Effect.asVoid, named("erasures.removeCounters"))
    })
  })
)

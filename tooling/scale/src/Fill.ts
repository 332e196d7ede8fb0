/** A database as it is after a long time: many conversations that are over, some that go on, little that is due. Made by the database itself. */
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { subject } from "@parley/conformance/HotQueries"
import * as Samples from "@parley/conformance/Samples"
import { Directory } from "@parley/core/ports/Directory"
import { MessageStore } from "@parley/core/ports/MessageStore"
import { SessionStore } from "@parley/core/ports/SessionStore"

export interface Sizes {
  readonly sessions: number
  /** Each session has as many. */
  readonly messages: number
}

/** One session in so many goes on. */
const activeOneIn = 50
const projects = 20
const lines = 200
/** One text in so many waits in its line, is unknown, has no receipt yet, or is held. */
const openOneIn = 2_000

/** From the epoch of the samples on, a session every second. */
const secondMillis = 1_000

/**
 * The first of `projects` is the queries' own, so that they ask a table in which a twentieth is theirs. Ended sessions share users by fours.
 * Rows are told apart by their number, `n`; the JSON of a session is that of a sample, which no query looks into.
 */
export const fill = Effect.fn("Fill")(function*(url: string, sizes: Sizes) {
  const directory = yield* Directory
  const sessions = yield* SessionStore
  const messages = yield* MessageStore
  yield* directory.putProject(subject.project)
  yield* directory.putNumber(Samples.number(subject.project, { number: subject.agentNumber }))
  yield* sessions.insert(subject.session, Samples.at(0))
  yield* messages.insert(subject.message)
  // A million rows take longer than a gateway's statement may.
  const unhurried = PgClient.layer({ url: Redacted.make(url), maxConnections: 1, startupParameters: { statement_timeout: "0", synchronous_commit: "off" } })
  yield* Effect.provide(fillTables(sizes), unhurried)
})

const fillTables = Effect.fnUntraced(function*({ messages: texts, sessions: count }: Sizes) {
  const sql = yield* SqlClient.SqlClient
  const each = Math.round(texts / count)
  const { id: own, accountId } = subject.project
  const template = subject.session.id

  yield* sql`INSERT INTO sessions (id, account_id, project_id, environment, user_number, agent_number, state, opened_at, timer_due_at, agent_due_at, detail, ended_at)
    SELECT 'TW_SMS_' || lpad(n::text, 26, '0'),
      CASE WHEN n % ${projects} = 0 THEN ${accountId} ELSE 'ws-' || n % ${projects} END,
      CASE WHEN n % ${projects} = 0 THEN ${own} ELSE 'project-' || n % ${projects} END,
      'live',
      CASE WHEN n % ${activeOneIn} = 0 THEN '+1416' || lpad(n::text, 7, '0') ELSE '+1415' || lpad((n / 4)::text, 7, '0') END,
      '+1500' || lpad((n % ${lines})::text, 7, '0'),
      CASE WHEN n % ${activeOneIn} = 0 THEN 'engaged' ELSE 'ended' END,
      ${Samples.epochMillis}::bigint + n::bigint * ${secondMillis},
      CASE WHEN n % ${activeOneIn} = 0 THEN ${Samples.epochMillis}::bigint + n::bigint * ${secondMillis} + 86400000 END,
      CASE WHEN n % ${activeOneIn * 20} = 0 THEN ${Samples.epochMillis}::bigint + n::bigint * ${secondMillis} END,
      (SELECT detail FROM sessions WHERE id = ${template}),
      CASE WHEN n % ${activeOneIn} <> 0 THEN ${Samples.epochMillis}::bigint + n::bigint * ${secondMillis} + 600000 END
    FROM generate_series(1, ${count}) AS n`

  // Half of them from the user. What is open is the newest: old texts have an outcome.
  yield* sql`INSERT INTO messages (id, session_id, account_id, project_id, environment, direction, author, purpose, user_number, agent_number, body, segments,
      status, carrier_id, attempts, next_attempt_at, held_until, attempted_at, created_at, accepted_at, updated_at, pending)
    SELECT 'msg_' || lpad((s.n * ${each} + k)::text, 26, '0'), s.id, s.account_id, s.project_id, s.environment,
      CASE WHEN k % 2 = 0 THEN 'outbound' ELSE 'inbound' END, CASE WHEN k % 2 = 0 THEN 'agent' ELSE 'user' END, CASE WHEN k % 2 = 0 THEN 'answer' ELSE 'text' END,
      s.user_number, s.agent_number, 'Your appointment is moved to Friday at 3 pm. Is there anything else that I can do for you today?', 1,
      CASE WHEN k % 2 = 1 THEN 'received' WHEN s.n % ${openOneIn} = 0 THEN 'queued' WHEN s.n % ${openOneIn} = 1 THEN 'unknown' WHEN s.n % ${openOneIn} = 2 THEN 'sent' WHEN s.n % ${openOneIn} = 3 THEN 'queued' ELSE 'delivered' END,
      'SX' || lpad((s.n * ${each} + k)::text, 32, '0'), 1,
      CASE WHEN k % 2 = 0 AND s.n % ${openOneIn} IN (1, 2, 3) THEN s.opened_at + 1000 END,
      CASE WHEN k % 2 = 0 AND s.n % ${openOneIn} = 3 THEN s.opened_at + 1000 END,
      s.opened_at + k * 1000, s.opened_at + k * 1000, s.opened_at + k * 1000, s.opened_at + k * 1000,
      CASE WHEN k % 2 = 1 THEN 0 WHEN s.n % ${openOneIn} IN (0, 1) THEN 1 WHEN s.n % ${openOneIn} = 3 THEN 2 ELSE 0 END
    FROM (SELECT substr(id, 8)::bigint AS n, * FROM sessions WHERE id <> ${template}) AS s CROSS JOIN generate_series(0, ${each - 1}) AS k`

  // What the purges look for, and find to be too young.
  const later = Samples.epochMillis + 100_000_000
  yield* sql`INSERT INTO counters (key, state, updated_at) SELECT 'limit/' || n, '{}', ${later}::bigint + n FROM generate_series(1, ${Math.ceil(count / 10)}) AS n`
  yield* sql`INSERT INTO idempotency (key, fingerprint, status, answer, created_at) SELECT 'key/' || n, md5(n::text), 202, '{}', ${later}::bigint + n FROM generate_series(1, ${Math.ceil(count / 10)}) AS n`
  yield* sql`INSERT INTO opt_outs (user_number, agent_number, project_id, account_id, environment, source, opted_out_at)
    SELECT '+1415' || lpad(n::text, 7, '0'), '+1500' || lpad((n % ${lines})::text, 7, '0'), 'project-' || n % ${projects}, 'ws-' || n % ${projects}, 'live', 'keyword', ${later}::bigint + n
    FROM generate_series(1, ${Math.ceil(count / 20)}) AS n`
  yield* sql`INSERT INTO scheduled_sends (id, account_id, project_id, connector_id, environment, user_number, body, status, send_at, due_at, created_at, updated_at)
    SELECT 'sched_' || lpad(n::text, 26, '0'), CASE WHEN n % ${projects} = 0 THEN ${accountId} ELSE 'ws-' || n % ${projects} END, CASE WHEN n % ${projects} = 0 THEN ${own} ELSE 'project-' || n % ${projects} END,
      'conn', 'live', '+1415' || lpad(n::text, 7, '0'), 'Your appointment is tomorrow at 10:00.', CASE WHEN n % 100 = 0 THEN 'scheduled' ELSE 'sent' END, ${later}::bigint + n, ${later}::bigint + n, ${later}::bigint + n, ${later}::bigint + n
    FROM generate_series(1, ${Math.ceil(count / 20)}) AS n`
  yield* sql`INSERT INTO audit_log (id, account_id, project_id, at, actor, action, subject, detail)
    SELECT 'audit_' || lpad(n::text, 26, '0'), CASE WHEN n % ${projects} = 0 THEN ${accountId} ELSE 'ws-' || n % ${projects} END, NULL, ${later}::bigint + n, 'key/ci', 'session.end', 'session/' || n, '{}'
    FROM generate_series(1, ${Math.ceil(count / 20)}) AS n`
  yield* sql`VACUUM ANALYZE`
})

/** Bytes of a table with its indexes, for each million of its rows. */
export const bytesPerMillion = Effect.fnUntraced(function*(table: "messages" | "sessions") {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql.unsafe<{ bytes: bigint; indexes: bigint; n: bigint }>(`SELECT pg_total_relation_size('${table}') AS bytes, pg_indexes_size('${table}') AS indexes, (SELECT count(*) FROM ${table}) AS n`)
  const { bytes = 0n, indexes = 0n, n = 1n } = rows[0] ?? {}
  const million = (size: bigint) => Number(size) * 1_000_000 / Number(n)
  return { all: million(bytes), indexes: million(indexes) }
})

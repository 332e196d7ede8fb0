/**
 * The tables. A migration that has been released is never edited: a change is a new one.
 *
 * Each runs on SQLite and on PostgreSQL as it stands: `TEXT`, `BIGINT` for times and counts that grow, `INTEGER` for small
 * numbers and for truth (1 and 0), `DOUBLE PRECISION`; no `AUTOINCREMENT`, no `datetime`, no boolean or JSON types; an added
 * column that is `NOT NULL` has a constant default. `PostgresStore.test.ts` runs them all.
 */
import { Effect } from "effect"
import { Migrator, SqlClient } from "effect/sql"
import { randomBytes } from "node:crypto"
import * as OptOutHash from "./OptOutHash.ts"

const run = (statements: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    // Ids and numbers sort by their bytes, as in SQLite; by the database's own rules pages and queues would come in another order.
    const inDialect = sql.onDialectOrElse({
      pg: () => (statement: string) => statement.replace(/\bTEXT\b/gu, `TEXT COLLATE "C"`),
      orElse: () => (statement: string) => statement
    })
    yield* Effect.forEach(statements, (statement) => sql.unsafe(inDialect(statement)), { discard: true })
  })

// Times are Unix milliseconds. Structured parts that no query looks into are JSON text.
const initial = [
  `CREATE TABLE projects (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    config TEXT NOT NULL
  )`,
  `CREATE INDEX projects_account ON projects (account_id)`,

  `CREATE TABLE connectors (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    account_id TEXT NOT NULL,
    environment TEXT NOT NULL
  )`,
  `CREATE INDEX connectors_project ON connectors (project_id)`,

  `CREATE TABLE numbers (
    number TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    environment TEXT NOT NULL,
    type TEXT NOT NULL,
    country TEXT NOT NULL,
    registration TEXT NOT NULL,
    segments_per_second DOUBLE PRECISION NOT NULL
  )`,
  `CREATE INDEX numbers_project ON numbers (project_id, environment, number)`,

  `CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    name TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    hint TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
  )`,
  `CREATE INDEX api_keys_account ON api_keys (account_id)`,

  `CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    project_id TEXT NOT NULL,
    environment TEXT NOT NULL,
    user_number TEXT NOT NULL,
    agent_number TEXT NOT NULL,
    state TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    timer_due_at BIGINT,
    agent_due_at BIGINT,
    detail TEXT NOT NULL
  )`,
  // At most one active session for each user of a project's environment: the rule that everything else leans on.
  `CREATE UNIQUE INDEX sessions_active ON sessions (project_id, environment, user_number) WHERE state <> 'ended'`,
  `CREATE INDEX sessions_timer_due ON sessions (timer_due_at) WHERE timer_due_at IS NOT NULL`,
  `CREATE INDEX sessions_agent_due ON sessions (agent_due_at) WHERE agent_due_at IS NOT NULL`,
  `CREATE INDEX sessions_account ON sessions (account_id, id)`,
  `CREATE INDEX sessions_user ON sessions (account_id, user_number, id)`,
  `CREATE INDEX sessions_state ON sessions (state)`,

  `CREATE TABLE messages (
    id TEXT PRIMARY KEY,
    session_id TEXT REFERENCES sessions (id),
    account_id TEXT NOT NULL,
    project_id TEXT NOT NULL,
    environment TEXT NOT NULL,
    direction TEXT NOT NULL,
    author TEXT NOT NULL,
    purpose TEXT NOT NULL,
    user_number TEXT NOT NULL,
    agent_number TEXT NOT NULL,
    body TEXT NOT NULL,
    media TEXT,
    segments INTEGER NOT NULL,
    status TEXT NOT NULL,
    trouble TEXT,
    carrier_id TEXT,
    turn_id TEXT,
    attempts INTEGER NOT NULL,
    next_attempt_at BIGINT,
    attempted_at BIGINT,
    created_at BIGINT NOT NULL,
    accepted_at BIGINT,
    updated_at BIGINT NOT NULL,
    pending INTEGER NOT NULL
  )`,
  `CREATE UNIQUE INDEX messages_carrier ON messages (carrier_id) WHERE carrier_id IS NOT NULL`,
  `CREATE INDEX messages_session ON messages (session_id, id)`,
  `CREATE INDEX messages_user ON messages (project_id, environment, user_number, id)`,
  // The lines: small, since a text leaves them as soon as the carrier has it.
  `CREATE INDEX messages_line ON messages (agent_number, id) WHERE pending = 1`,
  `CREATE INDEX messages_line_user ON messages (agent_number, user_number, id) WHERE pending = 1`,

  `CREATE TABLE lines (
    number TEXT PRIMARY KEY,
    last_claim_at BIGINT,
    recent_sends DOUBLE PRECISION NOT NULL,
    recent_failures DOUBLE PRECISION NOT NULL,
    counted_at BIGINT NOT NULL
  )`,

  `CREATE TABLE opt_outs (
    user_number TEXT NOT NULL,
    agent_number TEXT NOT NULL,
    project_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    environment TEXT NOT NULL,
    source TEXT NOT NULL,
    opted_out_at BIGINT NOT NULL,
    PRIMARY KEY (user_number, agent_number)
  )`,
  `CREATE INDEX opt_outs_account ON opt_outs (account_id, opted_out_at, user_number, agent_number)`,

  `CREATE TABLE counters (
    key TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    updated_at BIGINT NOT NULL
  )`,
  `CREATE INDEX counters_updated ON counters (updated_at)`,

  `CREATE TABLE idempotency (
    key TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    answer TEXT NOT NULL,
    created_at BIGINT NOT NULL
  )`,
  `CREATE INDEX idempotency_created ON idempotency (created_at)`
]

const quietHoursAndScheduledSends = [
  `ALTER TABLE messages ADD COLUMN held_until BIGINT`,
  // `pending = 2`: out of the lines, so that nights full of held texts cost them nothing.
  `CREATE INDEX messages_held ON messages (held_until, id) WHERE pending = 2`,
  `CREATE INDEX messages_held_user ON messages (agent_number, user_number, id) WHERE pending = 2`,

  `CREATE TABLE scheduled_sends (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    project_id TEXT NOT NULL,
    connector_id TEXT NOT NULL,
    environment TEXT NOT NULL,
    user_number TEXT NOT NULL,
    agent_number TEXT,
    body TEXT NOT NULL,
    template TEXT,
    status TEXT NOT NULL,
    send_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    session_id TEXT REFERENCES sessions (id),
    message_id TEXT REFERENCES messages (id),
    trouble TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
  )`,
  `CREATE INDEX scheduled_sends_due ON scheduled_sends (due_at, id) WHERE status = 'scheduled'`,
  `CREATE INDEX scheduled_sends_project ON scheduled_sends (account_id, project_id, id)`,
  `CREATE INDEX scheduled_sends_user ON scheduled_sends (account_id, project_id, user_number, id)`
]

const numberOperations = [
  `ALTER TABLE numbers ADD COLUMN retiring INTEGER NOT NULL DEFAULT 0`,
  `CREATE TABLE number_operations (
    id TEXT PRIMARY KEY,
    number TEXT NOT NULL,
    due_at BIGINT,
    detail TEXT NOT NULL
  )`,
  // At most one operation under way for each number: two could buy, or give back, what the other one counts on.
  `CREATE UNIQUE INDEX number_operations_under_way ON number_operations (number) WHERE due_at IS NOT NULL`,
  `CREATE INDEX number_operations_due ON number_operations (due_at) WHERE due_at IS NOT NULL`,
  `CREATE INDEX number_operations_number ON number_operations (number, id)`
]

const lostReceipts = [
  `CREATE INDEX messages_receipt_due ON messages (next_attempt_at, id) WHERE status = 'sent' AND next_attempt_at IS NOT NULL`
]

const media = [
  // JSON; null where there are none.
  `ALTER TABLE scheduled_sends ADD COLUMN media_urls TEXT`,
  // 1 and 0; null where nobody has told.
  `ALTER TABLE numbers ADD COLUMN mms INTEGER`
]

const pools = [`ALTER TABLE messages ADD COLUMN pool TEXT`]

const auditLog = [
  `CREATE TABLE audit_log (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    project_id TEXT,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
  )`,
  `CREATE INDEX audit_log_account ON audit_log (account_id, id)`,
  `CREATE INDEX audit_log_subject ON audit_log (account_id, subject, id)`,
  `CREATE INDEX audit_log_action ON audit_log (account_id, action, id)`,
  `CREATE INDEX audit_log_at ON audit_log (at)`
]

const linesThatWait = [
  `ALTER TABLE lines ADD COLUMN back_off_waits INTEGER`,
  `ALTER TABLE lines ADD COLUMN back_off_losses INTEGER`,
  `ALTER TABLE lines ADD COLUMN back_off_since BIGINT`,
  `ALTER TABLE lines ADD COLUMN back_off_until BIGINT`,
  `CREATE INDEX messages_question ON messages (agent_number, next_attempt_at, id) WHERE pending = 1 AND status = 'unknown'`
]

const registrations = [
  `CREATE TABLE registrations (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    project_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    brand_id TEXT REFERENCES registrations (id),
    due_at BIGINT,
    detail TEXT NOT NULL
  )`,
  `CREATE INDEX registrations_due ON registrations (due_at) WHERE due_at IS NOT NULL`,
  `CREATE INDEX registrations_project ON registrations (account_id, project_id, id)`,
  `CREATE INDEX registrations_brand ON registrations (brand_id, id) WHERE brand_id IS NOT NULL`,
  // A number that leaves the directory is under no registration any more.
  `CREATE TABLE registered_numbers (
    number TEXT PRIMARY KEY REFERENCES numbers (number) ON DELETE CASCADE,
    registration_id TEXT NOT NULL REFERENCES registrations (id),
    detail TEXT NOT NULL
  )`,
  `CREATE INDEX registered_numbers_registration ON registered_numbers (registration_id, number)`
]

const usersFiles = [
  `CREATE INDEX messages_media_due ON messages (next_attempt_at, id) WHERE status = 'received' AND next_attempt_at IS NOT NULL`
]

const erasures = [
  `CREATE TABLE store_keys (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  )`,
  `CREATE TABLE erasures (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    number TEXT,
    due_at BIGINT,
    finished_at BIGINT,
    detail TEXT NOT NULL
  )`,
  // While it is looked for: two at once would take each other's rows, and count neither.
  `CREATE UNIQUE INDEX erasures_under_way ON erasures (account_id, number) WHERE number IS NOT NULL`,
  `CREATE INDEX erasures_due ON erasures (due_at) WHERE due_at IS NOT NULL`,
  `CREATE INDEX erasures_finished ON erasures (finished_at) WHERE finished_at IS NOT NULL`,
  `CREATE TABLE redactions (
    carrier_id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL,
    erasure_id TEXT,
    attempts INTEGER NOT NULL,
    trouble TEXT,
    asked_at BIGINT NOT NULL,
    due_at BIGINT
  )`,
  `CREATE INDEX redactions_due ON redactions (due_at, carrier_id) WHERE due_at IS NOT NULL`,
  `CREATE INDEX redactions_erasure ON redactions (erasure_id) WHERE erasure_id IS NOT NULL`,
  `CREATE INDEX redactions_refused ON redactions (asked_at) WHERE due_at IS NULL`
]

/** A key of the store's own, made once. */
const makeKey = (name: string) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    yield* sql`INSERT INTO store_keys (name, value) VALUES (${name}, ${randomBytes(32).toString("base64url")})`
  })

const retention = [
  `ALTER TABLE sessions ADD COLUMN ended_at BIGINT`,
  `CREATE INDEX sessions_ended ON sessions (project_id, ended_at, id) WHERE ended_at IS NOT NULL`,
  `CREATE INDEX messages_loose ON messages (project_id, created_at) WHERE session_id IS NULL`,
  `CREATE INDEX scheduled_sends_settled ON scheduled_sends (project_id, updated_at) WHERE status <> 'scheduled'`,
  // Whoever deletes a session or a text is asked whether something refers to it.
  `CREATE INDEX scheduled_sends_session ON scheduled_sends (session_id)`,
  `CREATE INDEX scheduled_sends_message ON scheduled_sends (message_id)`
]

/** Sessions that had ended before there was a column for it. */
const copyEndings = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const endedAt = sql.onDialectOrElse({
    pg: () => sql`(detail::jsonb->>'endedAt')::bigint`,
    orElse: () => sql`json_extract(detail, '$.endedAt')`
  })
  yield* sql`UPDATE sessions SET ended_at = ${endedAt} WHERE state = 'ended'`
})

const lineOwners = [
  `ALTER TABLE lines ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0`,
  // JSON, of the last second only. It takes the place of the time of the last claim, which told less.
  `ALTER TABLE lines ADD COLUMN handed_over TEXT NOT NULL DEFAULT '[]'`,
  `ALTER TABLE lines DROP COLUMN last_claim_at`
]

const sessionsOfNumbers = [
  `CREATE INDEX sessions_number ON sessions (account_id, agent_number, id)`,
  // For a number that is given up: its conversations that go on, and none of the many that are over.
  `CREATE INDEX sessions_number_active ON sessions (agent_number) WHERE state <> 'ended'`
]

export const migrations = Migrator.fromRecord({
  "0001_initial": run(initial),
  "0002_quiet_hours_and_scheduled_sends": run(quietHoursAndScheduledSends),
  "0003_number_operations": run(numberOperations),
  "0004_lost_receipts": run(lostReceipts),
  "0005_media": run(media),
  "0006_pools": run(pools),
  "0007_audit_log": run(auditLog),
  "0008_lines_that_wait": run(linesThatWait),
  "0009_registrations": run(registrations),
  "0010_users_files": run(usersFiles),
  "0011_erasures": Effect.andThen(run(erasures), makeKey(OptOutHash.keyName)),
  "0012_retention": Effect.andThen(run(retention), copyEndings),
  "0013_line_owners": run(lineOwners),
  "0014_sessions_of_numbers": run(sessionsOfNumbers)
})

/** Brings the database to the newest version. Safe to run at every start. */
export const migrate = Migrator.make({})({ loader: migrations, table: "parley_migrations" })

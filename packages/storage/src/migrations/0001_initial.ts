import { run } from "./Statements.ts"

export const initial = run([
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
])

import { run } from "./Statements.ts"

export const quietHoursAndScheduledSends = run([
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
])

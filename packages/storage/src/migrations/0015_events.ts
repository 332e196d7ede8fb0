import { run } from "./Statements.ts"

export const events = run([
  `CREATE TABLE events (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    project_id TEXT NOT NULL,
    user_number TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    detail TEXT NOT NULL
  )`,
  `CREATE INDEX events_project ON events (project_id, id)`,
  `CREATE INDEX events_user ON events (account_id, user_number, id)`,
  // How far age has emptied a project's log: whoever was there last has missed something.
  `CREATE TABLE events_removed (
    project_id TEXT PRIMARY KEY,
    through TEXT NOT NULL
  )`
])

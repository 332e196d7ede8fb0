import { run } from "./Statements.ts"

export const eventWebhooks = run([
  `CREATE TABLE event_webhooks (
    project_id TEXT NOT NULL,
    name TEXT NOT NULL,
    through TEXT NOT NULL,
    failures INTEGER NOT NULL,
    refusals INTEGER NOT NULL,
    failing_since BIGINT,
    trouble TEXT,
    next_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, name)
  )`,
  `CREATE INDEX event_webhooks_due ON event_webhooks (next_at)`
])

import { run } from "./Statements.ts"

export const auditLog = run([
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
])

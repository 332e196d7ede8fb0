import { run } from "./Statements.ts"

export const lostReceipts = run([
  `CREATE INDEX messages_receipt_due ON messages (next_attempt_at, id) WHERE status = 'sent' AND next_attempt_at IS NOT NULL`
])

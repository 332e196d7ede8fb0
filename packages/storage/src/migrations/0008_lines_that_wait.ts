import { run } from "./Statements.ts"

export const linesThatWait = run([
  `ALTER TABLE lines ADD COLUMN back_off_waits INTEGER`,
  `ALTER TABLE lines ADD COLUMN back_off_losses INTEGER`,
  `ALTER TABLE lines ADD COLUMN back_off_since BIGINT`,
  `ALTER TABLE lines ADD COLUMN back_off_until BIGINT`,
  `CREATE INDEX messages_question ON messages (agent_number, next_attempt_at, id) WHERE pending = 1 AND status = 'unknown'`
])

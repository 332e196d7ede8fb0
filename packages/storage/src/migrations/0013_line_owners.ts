import { run } from "./Statements.ts"

export const lineOwners = run([
  `ALTER TABLE lines ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0`,
  // JSON, of the last second only. It takes the place of the time of the last claim, which told less.
  `ALTER TABLE lines ADD COLUMN handed_over TEXT NOT NULL DEFAULT '[]'`,
  `ALTER TABLE lines DROP COLUMN last_claim_at`
])

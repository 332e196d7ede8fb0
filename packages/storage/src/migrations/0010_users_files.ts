import { run } from "./Statements.ts"

export const usersFiles = run([
  `CREATE INDEX messages_media_due ON messages (next_attempt_at, id) WHERE status = 'received' AND next_attempt_at IS NOT NULL`
])

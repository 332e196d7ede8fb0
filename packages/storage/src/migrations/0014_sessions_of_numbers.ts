import { run } from "./Statements.ts"

export const sessionsOfNumbers = run([
  `CREATE INDEX sessions_number ON sessions (account_id, agent_number, id)`,
  // For a number that is given up: its conversations that go on, and none of the many that are over.
  `CREATE INDEX sessions_number_active ON sessions (agent_number) WHERE state <> 'ended'`
])

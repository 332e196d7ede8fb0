import { run } from "./Statements.ts"

export const pools = run([`ALTER TABLE messages ADD COLUMN pool TEXT`])

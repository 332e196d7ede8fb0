import { run } from "./Statements.ts"

export const numberOperations = run([
  `ALTER TABLE numbers ADD COLUMN retiring INTEGER NOT NULL DEFAULT 0`,
  `CREATE TABLE number_operations (
    id TEXT PRIMARY KEY,
    number TEXT NOT NULL,
    due_at BIGINT,
    detail TEXT NOT NULL
  )`,
  // At most one operation under way for each number: two could buy, or give back, what the other one counts on.
  `CREATE UNIQUE INDEX number_operations_under_way ON number_operations (number) WHERE due_at IS NOT NULL`,
  `CREATE INDEX number_operations_due ON number_operations (due_at) WHERE due_at IS NOT NULL`,
  `CREATE INDEX number_operations_number ON number_operations (number, id)`
])

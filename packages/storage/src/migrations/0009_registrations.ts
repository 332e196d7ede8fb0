import { run } from "./Statements.ts"

export const registrations = run([
  `CREATE TABLE registrations (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    project_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    brand_id TEXT REFERENCES registrations (id),
    due_at BIGINT,
    detail TEXT NOT NULL
  )`,
  `CREATE INDEX registrations_due ON registrations (due_at) WHERE due_at IS NOT NULL`,
  `CREATE INDEX registrations_project ON registrations (account_id, project_id, id)`,
  `CREATE INDEX registrations_brand ON registrations (brand_id, id) WHERE brand_id IS NOT NULL`,
  // A number that leaves the directory is under no registration any more.
  `CREATE TABLE registered_numbers (
    number TEXT PRIMARY KEY REFERENCES numbers (number) ON DELETE CASCADE,
    registration_id TEXT NOT NULL REFERENCES registrations (id),
    detail TEXT NOT NULL
  )`,
  `CREATE INDEX registered_numbers_registration ON registered_numbers (registration_id, number)`
])

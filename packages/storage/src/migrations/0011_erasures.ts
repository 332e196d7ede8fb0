import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { randomBytes } from "node:crypto"
import * as OptOutHash from "../OptOutHash.ts"
import { run } from "./Statements.ts"

const tables = run([
  `CREATE TABLE store_keys (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  )`,
  `CREATE TABLE erasures (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    number TEXT,
    due_at BIGINT,
    finished_at BIGINT,
    detail TEXT NOT NULL
  )`,
  // While it is looked for: two at once would take each other's rows, and count neither.
  `CREATE UNIQUE INDEX erasures_under_way ON erasures (account_id, number) WHERE number IS NOT NULL`,
  `CREATE INDEX erasures_due ON erasures (due_at) WHERE due_at IS NOT NULL`,
  `CREATE INDEX erasures_finished ON erasures (finished_at) WHERE finished_at IS NOT NULL`,
  `CREATE TABLE redactions (
    carrier_id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL,
    erasure_id TEXT,
    attempts INTEGER NOT NULL,
    trouble TEXT,
    asked_at BIGINT NOT NULL,
    due_at BIGINT
  )`,
  `CREATE INDEX redactions_due ON redactions (due_at, carrier_id) WHERE due_at IS NOT NULL`,
  `CREATE INDEX redactions_erasure ON redactions (erasure_id) WHERE erasure_id IS NOT NULL`,
  `CREATE INDEX redactions_refused ON redactions (asked_at) WHERE due_at IS NULL`
])

/** A key of the store's own, made once. */
const makeKey = (name: string) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    yield* sql`INSERT INTO store_keys (name, value) VALUES (${name}, ${randomBytes(32).toString("base64url")})`
  })

export const erasures = Effect.andThen(tables, makeKey(OptOutHash.keyName))

/**
 * What an opt-out of an erased user is known by: HMAC-SHA-256 of the number. The key is the store's own, made by a migration. It keeps
 * hashes of two stores from being compared; whoever has the store has it too, and can try every number.
 */
import { Effect } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import { createHmac } from "node:crypto"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"

/** Sorts after every number, and is the beginning of none. */
export const prefix = "h:"

export const keyName = "opt-out-hash"

/** The hash of a number, by the store that `sql` is of. The key never changes, and is read once. */
export const make = (sql: SqlClient.SqlClient): (number: PhoneNumber) => Effect.Effect<string, SqlError.SqlError> => {
  let known: string | null = null
  const key = Effect.suspend(() =>
    known === null
      ? Effect.flatMap(sql<{ value: string }>`SELECT value FROM store_keys WHERE name = ${keyName}`, ([row]) =>
        row === undefined ? Effect.die(new Error(`The store lost its key "${keyName}": opt-outs of erased users can't be recognised.`)) : Effect.sync(() => (known = row.value)))
      : Effect.succeed(known)
  )
  return (number) => Effect.map(key, (value) => prefix + createHmac("sha256", value).update(number).digest("base64url"))
}

/** The `Idempotency-Key` header, as the core knows it: unique for account, connector and operation. */
import { Effect } from "effect"
import { createHash } from "node:crypto"
import type { Caller } from "@parley/contract/Access"
import { IdempotencyConflict } from "@parley/contract/Problem"
import type { Keyed } from "@parley/core/Idempotency"

export const keyed = (caller: Caller["Service"], operation: string, key: string | undefined, body: () => string): Keyed | null =>
  key === undefined
    ? null
    : { key: `${caller.accountId}/${caller.connectorId}/${operation}/${key}`, fingerprint: createHash("sha256").update(body()).digest("hex") }

export const replayHeader = (replayed: boolean) => replayed ? { "idempotency-replayed": "true" as const } : {}

export const conflict = () =>
  Effect.fail(new IdempotencyConflict({ detail: "This Idempotency-Key came with another body before. Use a new key for a new text." }))

/** API keys: `pk_` and 32 random bytes, shown once, kept only as a hash. */
import type { DateTime } from "effect"
import { createHash, randomBytes } from "node:crypto"
import type { AccountId } from "@parley/schema/Ids"
import { ApiKeyId } from "@parley/schema/Ids"
import type { ApiKey, Scope } from "@parley/core/Project"

/** SHA-256, hex. A key has 256 random bits, so a slow hash would add nothing. */
export const hash = (secret: string): string => createHash("sha256").update(secret).digest("hex")

/** A new secret: 46 characters. */
export const generate = (): string => `pk_${randomBytes(32).toString("base64url")}`

/** The record of a key. Its id follows from the secret, so that applying the same file twice makes one key. */
export const record = (
  secret: string,
  about: { readonly accountId: AccountId; readonly name: string; readonly scopes: ReadonlyArray<Scope>; readonly expiresAt: DateTime.Utc | null },
  now: DateTime.Utc
): ApiKey => {
  const digest = hash(secret)
  return {
    id: ApiKeyId.make(`key_${digest.slice(0, 20)}`),
    accountId: about.accountId,
    name: about.name,
    hash: digest,
    hint: `${secret.slice(0, 5)}…`,
    scopes: [...about.scopes],
    createdAt: now,
    expiresAt: about.expiresAt,
    revokedAt: null
  }
}

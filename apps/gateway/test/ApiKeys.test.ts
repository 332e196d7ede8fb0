import { DateTime } from "effect"
import { assert, describe, it } from "vitest"
import { AccountId } from "@parley/schema/Ids"
import * as ApiKeys from "../src/ApiKeys.ts"

const now = DateTime.makeUnsafe("2026-11-24T10:00:00Z")
const about = { accountId: AccountId.make("ws"), name: "ci", scopes: ["send"], expiresAt: null } as const

describe("ApiKeys", () => {
  it("makes secrets of 32 random bytes", () => {
    const secrets = Array.from({ length: 100 }, ApiKeys.generate)
    for (const secret of secrets) assert.match(secret, /^pk_[A-Za-z0-9_-]{43}$/u)
    assert.strictEqual(new Set(secrets).size, 100)
  })

  it("keeps a hash and a hint, and nothing that the secret could be read off", () => {
    const secret = ApiKeys.generate()
    const key = ApiKeys.record(secret, about, now)
    assert.strictEqual(key.hash, ApiKeys.hash(secret))
    assert.strictEqual(key.hint, `${secret.slice(0, 5)}…`)
    assert.notInclude(JSON.stringify(key), secret.slice(5))
  })

  it("hashes with SHA-256", () => {
    assert.strictEqual(ApiKeys.hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  })

  it("gives the same secret the same id, whatever else changes", () => {
    const later = DateTime.add(now, { days: 1 })
    assert.strictEqual(ApiKeys.record("pk_one", about, now).id, ApiKeys.record("pk_one", { ...about, name: "other" }, later).id)
    assert.notStrictEqual(ApiKeys.record("pk_one", about, now).id, ApiKeys.record("pk_two", about, now).id)
  })
})

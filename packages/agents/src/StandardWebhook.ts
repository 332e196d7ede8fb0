/**
 * Signatures by the Standard Webhooks scheme: HMAC-SHA256 over `id.timestamp.body`, in base64 after `v1,`.
 * Source: https://www.standardwebhooks.com, specification 1.0.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto"
import { DateTime, Duration, Redacted, Result, Schema } from "effect"

/** What is signed. `timestampSeconds`: Unix time of this attempt. `body`: as it travels, byte for byte. */
export interface Signed {
  readonly id: string
  readonly timestampSeconds: number
  readonly body: string | Uint8Array
}

/** The three headers as they came; a missing one is undefined. */
export interface SignatureHeaders {
  readonly id: string | undefined
  readonly timestamp: string | undefined
  readonly signature: string | undefined
}

/** Why a request is not believed. `too_old` and `too_new` may be a replay or a clock that is wrong. */
export class SignatureRefused extends Schema.TaggedError<SignatureRefused>()("SignatureRefused", {
  reason: Schema.Literals(["missing_header", "malformed_timestamp", "too_old", "too_new", "no_match"])
}) {}

/** A secret that is empty, or not base64 after its `whsec_`. */
export class MalformedSecret extends Schema.TaggedError<MalformedSecret>()("MalformedSecret", {}) {}

/** The bytes to sign with. */
export type Key = Redacted.Redacted<Uint8Array>

const prefix = "whsec_"
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/u

/** `whsec_` and base64 are those bytes; any other secret is its own UTF-8 bytes. */
export const keyOf = (secret: Redacted.Redacted<string>): Result.Result<Key, MalformedSecret> => {
  const text = Redacted.value(secret)
  const encoded = text.startsWith(prefix) ? text.slice(prefix.length) : undefined
  if (encoded === undefined ? text === "" : encoded === "" || !base64.test(encoded)) return Result.fail(new MalformedSecret())
  return Result.succeed(Redacted.make(encoded === undefined ? Buffer.from(text, "utf8") : Buffer.from(encoded, "base64"), { label: "webhook key" }))
}

/** The value of `webhook-signature`. */
export const sign = (signed: Signed, key: Key): string =>
  "v1," + createHmac("sha256", Redacted.value(key)).update(`${signed.id}.${signed.timestampSeconds}.`).update(signed.body).digest("base64")

const digest = (text: string) => createHash("sha256").update(text).digest()

/** Of digests, which are equally long whatever is compared: neither the time nor an early end tells how much was right. */
const areEqual = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b))

/** How far a sender's clock may be off. Source: the libraries of the scheme. */
export const defaultTolerance = Duration.minutes(5)

/**
 * Believes a request when one of its signatures fits one of the keys (two while a secret is rotated) and its time is near `now`.
 * Comparison takes the same time whatever differs. Success brings the id: who has seen it before has met a repeat.
 */
export const verify = (
  headers: SignatureHeaders,
  body: string | Uint8Array,
  keys: ReadonlyArray<Key>,
  now: DateTime.Utc,
  tolerance: Duration.Duration = defaultTolerance
): Result.Result<string, SignatureRefused> => {
  const { id, signature, timestamp } = headers
  if (!id || !signature || !timestamp) return Result.fail(new SignatureRefused({ reason: "missing_header" }))
  if (!/^\d{1,12}$/u.test(timestamp)) return Result.fail(new SignatureRefused({ reason: "malformed_timestamp" }))
  const timestampSeconds = Number(timestamp)
  const ageMillis = DateTime.toEpochMillis(now) - timestampSeconds * 1_000
  if (ageMillis > Duration.toMillis(tolerance)) return Result.fail(new SignatureRefused({ reason: "too_old" }))
  if (-ageMillis > Duration.toMillis(tolerance)) return Result.fail(new SignatureRefused({ reason: "too_new" }))
  const offered = signature.split(" ")
  // None is left out once one fits.
  const fits = keys.flatMap((key) => {
    const expected = sign({ id, timestampSeconds, body }, key)
    return offered.map((candidate) => areEqual(candidate, expected))
  })
  return fits.includes(true) ? Result.succeed(id) : Result.fail(new SignatureRefused({ reason: "no_match" }))
}

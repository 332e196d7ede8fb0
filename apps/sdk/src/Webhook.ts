/**
 * Whether it is Parley who calls: signatures by the Standard Webhooks scheme, HMAC-SHA256 over `id.timestamp.body`, in base64 after `v1,`.
 * Source: https://www.standardwebhooks.com, specification 1.0. Web Crypto only, so that it runs wherever `fetch` does.
 */
import { ParleyError } from "./Errors.ts"
import { environment } from "./Options.ts"
import { fromWire } from "./Wire.ts"

/** Why a webhook is not believed. `too_old` and `too_new` are a replay, or a clock that is wrong. */
export type WebhookRefusal = "missing_header" | "malformed_timestamp" | "too_old" | "too_new" | "no_match" | "malformed_body"

/**
 * A webhook that must not be believed. Answer it with 401.
 * @example
 * ```ts
 * import { receiveAgentTurn, WebhookError, type WebhookRefusal } from "@parley/sdk/webhooks"
 *
 * const forged = { body: "{}", headers: { "webhook-id": "turn_1", "webhook-timestamp": "1700000000", "webhook-signature": "v1,Zm9yZ2Vk" } }
 * const error = await receiveAgentTurn(forged, "whsec_c2VjcmV0").catch((error: unknown) => error)
 * const reason: WebhookRefusal | null = error instanceof WebhookError ? error.reason : null
 * console.log(reason)
 * ```
 */
export class WebhookError extends ParleyError {
  override readonly name: string = "WebhookError"
  readonly reason: WebhookRefusal

  constructor(reason: WebhookRefusal, message: string) {
    super(message)
    this.reason = reason
  }
}

/**
 * A webhook as it arrived: a `Request` of the Fetch standard, or the body, byte for byte, beside the headers.
 * JSON that was parsed and written again is not what was signed.
 */
export type IncomingWebhook = Request | { readonly body: string | Uint8Array; readonly headers: Headers | { readonly [name: string]: string | ReadonlyArray<string> | undefined } }

/** How strict to be. */
export interface WebhookOptions {
  /** How far the sender's clock may be off, in seconds; 300 by default. */
  readonly toleranceSeconds?: number | undefined
  /** The time of the check; now by default. */
  readonly now?: Date | undefined
}

/** What is known of a webhook that is believed. */
export interface VerifiedWebhook {
  /** Who has seen it before has met a repeat. */
  readonly id: string
  readonly sentAt: Date
  /** What was signed, as text. */
  readonly body: string
}

const encoder = new TextEncoder()
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/u

const decode = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0))

/** Named so, because `CryptoKey` is a type only where the DOM's types are. */
type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>

/** `whsec_` and base64 are those bytes; any other secret is its own UTF-8 bytes. */
const keyOf = (secret: string): Promise<Key> => {
  const isEncoded = secret.startsWith("whsec_")
  const text = isEncoded ? secret.slice(6) : secret
  if (text === "" || isEncoded && !base64.test(text)) throw new ParleyError("A webhook secret is whsec_ and base64, or any other text that is not empty. This one is neither.")
  return crypto.subtle.importKey("raw", isEncoded ? decode(text) : encoder.encode(text), { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"])
}

const keysOf = (secrets: string | ReadonlyArray<string> | undefined): Promise<ReadonlyArray<Key>> => {
  const all = [secrets ?? environment("PARLEY_WEBHOOK_SECRET") ?? []].flat()
  if (all.length === 0) throw new ParleyError("There is no webhook secret: pass one or set PARLEY_WEBHOOK_SECRET.")
  return Promise.all(all.map(keyOf))
}

const signed = (id: string, timestamp: string, body: Uint8Array) => {
  const head = encoder.encode(`${id}.${timestamp}.`)
  const bytes = new Uint8Array(head.length + body.length)
  bytes.set(head)
  bytes.set(body, head.length)
  return bytes
}

const bytesOf = (body: string | Uint8Array) => typeof body === "string" ? encoder.encode(body) : body

/** Names of headers are in whichever case a server leaves them. */
const headerOf = (headers: IncomingWebhook["headers"], name: string): string | undefined => {
  if (headers instanceof Headers) return headers.get(name) ?? undefined
  const value = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]
  return typeof value === "string" ? value : value?.[0]
}

/** Whether a key made one of the signatures. The comparison is Web Crypto's, which takes the same time whatever differs; none is left out once one fits. */
const isBelieved = async (keys: ReadonlyArray<Key>, signatures: string, data: Uint8Array<ArrayBuffer>): Promise<boolean> => {
  const offered = signatures.split(" ").filter((one) => one.startsWith("v1,") && base64.test(one.slice(3))).map((one) => decode(one.slice(3)))
  const fits = await Promise.all(keys.flatMap((key) => offered.map((one) => crypto.subtle.verify("HMAC", key, one, data))))
  return fits.includes(true)
}

/**
 * Believes a webhook when one of its signatures fits one of the secrets, and its time is near. Pass two secrets while one is rotated.
 * @param secrets as they are in the project's `secret_env`. Default: `PARLEY_WEBHOOK_SECRET`
 * @throws WebhookError when it is not to be believed
 * @throws ParleyError when there is no secret, or one that is malformed
 * @example
 * ```ts
 * import { type IncomingWebhook, signWebhook, type VerifiedWebhook, verifyWebhook, type WebhookOptions } from "@parley/sdk/webhooks"
 *
 * const body = JSON.stringify({ hello: "world" })
 * const webhook: IncomingWebhook = { body, headers: await signWebhook(body, "whsec_bmV3ZXI=") }
 * const strict: WebhookOptions = { toleranceSeconds: 60 }
 * const { id, sentAt }: VerifiedWebhook = await verifyWebhook(webhook, ["whsec_bmV3ZXI=", "whsec_b2xkZXI="], strict)
 * console.log(id, sentAt)
 * ```
 */
export const verifyWebhook = async (webhook: IncomingWebhook, secrets?: string | ReadonlyArray<string>, options: WebhookOptions = {}): Promise<VerifiedWebhook> => {
  const keys = await keysOf(secrets)
  const id = headerOf(webhook.headers, "webhook-id")
  const timestamp = headerOf(webhook.headers, "webhook-timestamp")
  const signatures = headerOf(webhook.headers, "webhook-signature")
  if (!id || !timestamp || !signatures) {
    throw new WebhookError("missing_header", "The headers webhook-id, webhook-timestamp and webhook-signature must all be there. Does the project's file name a secret_env for it?")
  }
  if (!/^\d{1,12}$/u.test(timestamp)) throw new WebhookError("malformed_timestamp", "webhook-timestamp must be a time in Unix seconds.")
  const ageSeconds = (options.now?.getTime() ?? Date.now()) / 1000 - Number(timestamp)
  const tolerance = options.toleranceSeconds ?? 300
  if (Math.abs(ageSeconds) > tolerance) {
    const [reason, side] = ageSeconds > 0 ? ["too_old", "ago"] as const : ["too_new", "ahead"] as const
    throw new WebhookError(reason, `The webhook is signed for ${Math.round(Math.abs(ageSeconds))} seconds ${side}, and ${tolerance} are tolerated. It is a replay, or one of the clocks is wrong.`)
  }
  const body = "arrayBuffer" in webhook ? new Uint8Array(await webhook.arrayBuffer()) : bytesOf(webhook.body)
  if (!await isBelieved(keys, signatures, signed(id, timestamp, body))) {
    throw new WebhookError("no_match", "No signature fits. The secret is another one, or the body is not what arrived, byte for byte.")
  }
  return { id, sentAt: new Date(Number(timestamp) * 1000), body: new TextDecoder().decode(body) }
}

/** What a webhook that is believed says, with the names of the SDK. */
export const readWebhook = async (webhook: IncomingWebhook, secrets?: string | ReadonlyArray<string>, options?: WebhookOptions): Promise<unknown> => {
  const { body } = await verifyWebhook(webhook, secrets, options)
  try {
    return fromWire(JSON.parse(body))
  } catch {
    throw new WebhookError("malformed_body", "The webhook is signed, but its body is not JSON.")
  }
}

/**
 * The headers with which Parley would send a body: for the tests of what receives it.
 * @param options `id` is made up and `at` is now when absent
 * @example
 * ```ts
 * import { signWebhook } from "@parley/sdk/webhooks"
 *
 * const late = await signWebhook("{}", "whsec_c2VjcmV0", { at: new Date(Date.now() - 3_600_000) })
 * console.log(late["webhook-signature"])
 * ```
 */
export const signWebhook = async (body: string | Uint8Array, secret: string, options: { readonly id?: string; readonly at?: Date } = {}): Promise<Record<string, string>> => {
  const id = options.id ?? `msg_${crypto.randomUUID()}`
  const timestamp = String(Math.floor((options.at?.getTime() ?? Date.now()) / 1000))
  const signature = new Uint8Array(await crypto.subtle.sign("HMAC", await keyOf(secret), signed(id, timestamp, bytesOf(body))))
  return { "content-type": "application/json", "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${btoa(String.fromCharCode(...signature))}` }
}

/** How an inspection logs in at Twilio, and what it means when Twilio does not let it. */
import { Effect, Redacted, Schema } from "effect"
import type { TwilioAccount } from "./TwilioAccount.ts"
import { TwilioCallFailed, type TwilioHttpClient } from "./TwilioHttpClient.ts"
import { type Client, connect } from "./TwilioPackage.ts"

/**
 * `credentials`: not accepted. `not_active`: suspended or closed, so that it answers nothing. `unreachable`: no answer, or none for now; worth another try.
 * `unreadable`: what answered does not speak Twilio's API. `detail`: a sentence, without secrets.
 */
export class InspectionFailed extends Schema.TaggedError<InspectionFailed>()("InspectionFailed", {
  reason: Schema.Literals(["credentials", "not_active", "unreachable", "unreadable"]),
  detail: Schema.String
}) {
  override get message(): string {
    return this.detail
  }
}

const failed = (reason: InspectionFailed["reason"], detail: string) => new InspectionFailed({ reason, detail })

/** "Account not active". Source: Twilio's error dictionary. */
const notActive = "20005"

export const failureOf = (cause: unknown, credential: string): InspectionFailed => {
  if (!(cause instanceof TwilioCallFailed)) return failed("unreadable", "Twilio answered something that cannot be read: check TWILIO_BASE_URL and proxies.")
  const { reason } = cause
  if (reason._tag !== "Answered") return failed("unreachable", `Twilio ${reason.detail}: check the network, proxies and TWILIO_BASE_URL.`)
  const { code, status } = reason
  const answer = `HTTP ${status}${code === null ? "" : `, error ${code}`}`
  if (code === notActive) return failed("not_active", `The account is not active (${answer}), so no text leaves: settle it with Twilio.`)
  if (status === 401 || status === 403) return failed("credentials", `Twilio does not accept the ${credential} (${answer}): set the account's current one.`)
  if (status === 404 && code !== null) return failed("credentials", `Twilio has no such account for the ${credential} (${answer}): check the account's SID.`)
  if (status === 429 || status >= 500) return failed("unreachable", `Twilio cannot answer now (${answer}): try again later.`)
  return failed("unreadable", `Twilio's address answered ${answer}: check TWILIO_BASE_URL and proxies.`)
}

const unusable = failed("credentials", "The account cannot be used: its SID must begin with AC, and its auth token or API key must not be empty.")

const clientOf = (http: TwilioHttpClient, accountSid: string, username: string, password: Redacted.Redacted): Effect.Effect<Client, InspectionFailed> =>
  Redacted.value(password) === "" || username === ""
    ? Effect.fail(unusable)
    : Effect.try({ try: () => connect(http, { accountSid, username, password: Redacted.value(password) }), catch: () => unusable })

const tokenOf = (account: TwilioAccount) => {
  const [token] = account.authTokens
  return token === undefined
    ? Effect.fail(failed("credentials", "The account has no auth token: without it no webhook can be verified."))
    : Effect.succeed(token)
}

/** Questions at a time. Parley's own choice. */
export const atOnce = 4

interface Sender {
  readonly client: Client
  readonly credential: "API key" | "auth token"
}

/** Logs in as sending does: with the API key where there is one. */
export const senderOf: (http: TwilioHttpClient, account: TwilioAccount) => Effect.Effect<Sender, InspectionFailed> = Effect.fnUntraced(function*(http, account) {
  const { apiKey } = account
  const [credential, username, password] = apiKey === null
    ? ["auth token", account.accountSid, yield* tokenOf(account)] as const
    : ["API key", apiKey.sid, apiKey.secret] as const
  return { client: yield* clientOf(http, account.accountSid, username, password), credential }
})

/** Logs in with the auth token, since Twilio shows an account to no API key. */
export const ownerOf: (http: TwilioHttpClient, account: TwilioAccount) => Effect.Effect<Client, InspectionFailed> = Effect.fnUntraced(function*(http, account) {
  return yield* clientOf(http, account.accountSid, account.accountSid, yield* tokenOf(account))
})

/** Twilio's client of each account, made once and kept until the account's secret changes. */
import { Effect, Redacted, Schema } from "effect"
import { login, type TwilioAccount } from "./TwilioAccount.ts"
import { type Client, connect } from "./TwilioPackage.ts"
import type { TwilioHttpClient } from "./TwilioHttpClient.ts"

/** The account holds nothing that Twilio could accept. `detail`: a sentence for the operator, without secrets. */
export class CannotLogIn extends Schema.TaggedError<CannotLogIn>()("CannotLogIn", { detail: Schema.String }) {}

export const clientsOn = (http: TwilioHttpClient) => {
  const kept = new Map<string, { readonly password: Redacted.Redacted; readonly client: Client }>()
  return (account: TwilioAccount): Effect.Effect<Client, CannotLogIn> =>
    Effect.suspend(() => {
      const user = login(account)
      if (user === null) return new CannotLogIn({ detail: "The Twilio account has nothing to log in with: set its auth token or an API key." })
      const key = `${account.accountSid} ${user.username}`
      const known = kept.get(key)
      if (known !== undefined && Redacted.value(known.password) === Redacted.value(user.password)) return Effect.succeed(known.client)
      return Effect.try({
        try: () => {
          const client = connect(http, { accountSid: account.accountSid, username: user.username, password: Redacted.value(user.password) })
          kept.set(key, { password: user.password, client })
          return client
        },
        catch: () => new CannotLogIn({ detail: "The Twilio account cannot be used: its SID must begin with AC, and its auth token or API key must not be empty." })
      })
    })
}

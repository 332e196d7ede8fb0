/** Twilio's client of each account, made once and kept until the account's secret changes. */
import { Duration, Effect, Redacted, Schema } from "effect"
import type { ProjectId } from "@parley/schema/Ids"
import { type AccountFor, login, type TwilioAccount } from "./TwilioAccount.ts"
import { type Client, connect } from "./TwilioPackage.ts"
import { make, type TwilioHttpClient } from "./TwilioHttpClient.ts"

/** The account holds nothing that Twilio could accept. `detail`: a sentence for the operator, without secrets. */
export class CannotLogIn extends Schema.TaggedError<CannotLogIn>()("CannotLogIn", { detail: Schema.String }) {}

const clientsOn = (http: TwilioHttpClient) => {
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

export interface ClientsOptions {
  readonly accountFor: AccountFor
  /** In place of Twilio's own addresses: a simulator or a proxy. */
  readonly baseUrl?: URL | null
  /** For one call. Default 10 s. */
  readonly timeout?: Duration.Duration
  /** Connections to share. Default: their own. */
  readonly http?: TwilioHttpClient
}

/** Connections to Twilio that are closed with the scope. */
export const connections = ({ baseUrl = null, timeout = Duration.seconds(10) }: Pick<ClientsOptions, "baseUrl" | "timeout">) =>
  Effect.acquireRelease(Effect.sync(() => make({ baseUrl, timeout })), (http) => Effect.sync(http.close))

/**
 * The client of each project's account, on connections that are closed with the scope.
 * @param failed what a port calls it that there is none: `refused` wants an operator, `not_now` may pass
 */
export const clients = Effect.fnUntraced(function*<E>(options: ClientsOptions, failed: (reason: "refused" | "not_now", detail: string) => E) {
  const http = options.http ?? (yield* connections(options))
  const clientOf = clientsOn(http)
  const refused = ({ detail }: { readonly detail: string }) => Effect.fail(failed("refused", detail))
  return (projectId: ProjectId): Effect.Effect<Client, E> =>
    options.accountFor(projectId).pipe(
      Effect.flatMap(clientOf),
      Effect.catchTags({
        NoTwilioAccount: refused,
        CannotLogIn: refused,
        StoreFailure: () => Effect.fail(failed("not_now", "The Twilio account of the project could not be read from the store."))
      })
    )
})

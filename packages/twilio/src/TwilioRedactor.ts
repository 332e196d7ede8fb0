/** Has Twilio forget the words of a text: its record, its segments and its price stay. Source: twilio.com/docs/messaging/api/message-resource, "Redact a Message". */
import { Duration, Effect, Layer } from "effect"
import { RedactionFailure, Redactor } from "@parley/core/ports/Redactor"
import type { AccountFor } from "./TwilioAccount.ts"
import { clientsOn } from "./AccountClients.ts"
import { explain } from "./TwilioErrors.ts"
import { make, TwilioCallFailed } from "./TwilioHttpClient.ts"
import { isMissing } from "./TwilioNumberErrors.ts"

export interface TwilioRedactorOptions {
  readonly accountFor: AccountFor
  /** In place of Twilio's own addresses: a simulator or a proxy. */
  readonly baseUrl?: URL | null
  /** For one call. Default 10 s. */
  readonly timeout?: Duration.Duration
}

const failure = (reason: RedactionFailure["reason"], detail: string) => new RedactionFailure({ reason, detail })

/** A text that is on its way is refused with 400, and may be redacted once it has arrived: every refusal may pass but that of the caller. */
const failureOf = (cause: unknown): RedactionFailure => {
  if (!(cause instanceof TwilioCallFailed)) return failure("later", "Twilio answered something that cannot be read.")
  const { reason } = cause
  if (reason._tag !== "Answered") return failure("later", `Twilio ${reason.detail}.`)
  const { code, said, status } = reason
  if (status === 401 || status === 403) return failure("refused", `Twilio refuses the gateway (HTTP ${status}): check the account's SID, its auth token or API key, and that it is active.`)
  return failure("later", code === null ? `Twilio answered HTTP ${status}.` : explain(code, said))
}

export const layer = (options: TwilioRedactorOptions): Layer.Layer<Redactor> =>
  Layer.effect(Redactor, Effect.gen(function*() {
    const http = yield* Effect.acquireRelease(
      Effect.sync(() => make({ baseUrl: options.baseUrl ?? null, timeout: options.timeout ?? Duration.seconds(10) })),
      (http) => Effect.sync(http.close)
    )
    const clientOf = clientsOn(http)
    return Redactor.of({
      redact: Effect.fn("TwilioRedactor.redact")(function*({ carrierId, projectId }) {
        const account = yield* options.accountFor(projectId).pipe(
          Effect.catchTags({
            NoTwilioAccount: ({ detail }) => failure("refused", detail),
            StoreFailure: () => failure("later", "The Twilio account of the project could not be read from the store.")
          })
        )
        const client = yield* Effect.mapError(clientOf(account), ({ detail }) => failure("refused", detail))
        yield* Effect.tryPromise({ try: () => client.messages(carrierId).update({ body: "" }), catch: (cause) => cause }).pipe(
          Effect.catch((cause) => isMissing(cause) ? Effect.void : Effect.fail(failureOf(cause)))
        )
      })
    })
  }))

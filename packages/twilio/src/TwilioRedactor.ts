/** Has Twilio forget the words and the files of a text: its record, its segments and its price stay. Source: twilio.com/docs/messaging/api/message-resource, "Redact a Message". */
import { type Duration, Effect, Layer } from "effect"
import { RedactionFailure, Redactor } from "@parley/core/ports/Redactor"
import type { AccountFor } from "./TwilioAccount.ts"
import { clients } from "./AccountClients.ts"
import { explain } from "./TwilioErrors.ts"
import { TwilioCallFailed } from "./TwilioHttpClient.ts"
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

/** Null where Twilio has no such thing. */
const ask = <A>(call: () => Promise<A>): Effect.Effect<A | null, RedactionFailure> =>
  Effect.tryPromise({ try: call, catch: (cause) => cause }).pipe(
    Effect.catch((cause) => isMissing(cause) ? Effect.succeed(null) : Effect.fail(failureOf(cause)))
  )

export const layer = (options: TwilioRedactorOptions): Layer.Layer<Redactor> =>
  Layer.effect(Redactor, Effect.gen(function*() {
    const clientOf = yield* clients(options, (reason, detail) => failure(reason === "refused" ? "refused" : "later", detail))
    return Redactor.of({
      redact: Effect.fn("TwilioRedactor.redact")(function*({ carrierId, projectId }) {
        const client = yield* clientOf(projectId)
        const text = client.messages(carrierId)
        const redacted = yield* ask(() => text.update({ body: "" }))
        if (redacted === null || !(Number(redacted.numMedia) > 0)) return
        const files = yield* ask(() => text.media.list())
        yield* Effect.forEach(files ?? [], ({ sid }) => ask(() => text.media(sid).remove()), { discard: true })
      })
    })
  }))

/** With which account a project's texts are sent, and with which tokens its webhooks are signed. */
import { Redacted, Schema } from "effect"
import type { Effect } from "effect"
import type { StoreFailure } from "@parley/core/ports/Store"
import { ProjectId } from "@parley/schema/Ids"

export interface TwilioAccount {
  /** `AC` and 32 hex digits. */
  readonly accountSid: string
  /** The tokens that may have signed a webhook; two of them while one is being rotated. The first also sends, when there is no API key. */
  readonly authTokens: ReadonlyArray<Redacted.Redacted>
  /** Sends in place of the auth token. Twilio never signs with it. */
  readonly apiKey: { readonly sid: string; readonly secret: Redacted.Redacted } | null
}

/** The project is unknown, or no account is configured for it. `detail`: a sentence for the operator, without secrets. */
export class NoTwilioAccount extends Schema.TaggedError<NoTwilioAccount>()("NoTwilioAccount", { projectId: ProjectId, detail: Schema.String }) {}

/** The account of a project, or the service's own for a project without one. */
export type AccountFor = (projectId: ProjectId) => Effect.Effect<TwilioAccount, NoTwilioAccount | StoreFailure>

/** User name and password of the REST API; null when the account holds neither an API key nor a token. */
export const login = (account: TwilioAccount): { readonly username: string; readonly password: Redacted.Redacted } | null => {
  const password = account.apiKey === null ? account.authTokens[0] : account.apiKey.secret
  const username = account.apiKey === null ? account.accountSid : account.apiKey.sid
  return password === undefined || Redacted.value(password) === "" || username === "" ? null : { username, password }
}

/** Which carrier account serves a project: its own, whose token the environment holds, or the service's. */
import { Effect, Option, Redacted } from "effect"
import type { ProjectId } from "@parley/schema/Ids"
import { Directory } from "@parley/core/ports/Directory"
import type { AccountFor, TwilioAccount } from "@parley/twilio/TwilioAccount"
import { NoTwilioAccount } from "@parley/twilio/TwilioAccount"
import type { Lookup } from "./Apply.ts"
import type { Settings } from "./Settings.ts"

export const make = (settings: Settings, lookup: Lookup): Effect.Effect<AccountFor, never, Directory> =>
  Effect.map(Directory, (directory) => (projectId: ProjectId) =>
    Effect.gen(function*() {
      const project = yield* directory.project(projectId)
      if (Option.isNone(project)) return yield* new NoTwilioAccount({ projectId, detail: "There is no such project." })
      const own = project.value.config.carrier
      if (own === null) return yield* service(settings, projectId)
      const token = lookup(own.authTokenEnv)
      if (Option.isNone(token)) {
        const detail = `The project's auth token is in the environment variable ${own.authTokenEnv}, which is not set.`
        return yield* new NoTwilioAccount({ projectId, detail })
      }
      const account: TwilioAccount = { accountSid: own.accountSid, authTokens: [Redacted.make(token.value)], apiKey: null }
      return account
    }))

const service = (settings: Settings, projectId: ProjectId): Effect.Effect<TwilioAccount, NoTwilioAccount> => {
  const { twilio } = settings
  return twilio === null
    ? Effect.fail(new NoTwilioAccount({ projectId, detail: "Neither the project nor the gateway has a Twilio account: set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or the project's \"twilio\"." }))
    : Effect.succeed({
      accountSid: twilio.accountSid,
      authTokens: [twilio.authToken, twilio.nextAuthToken].filter((token) => token !== null),
      apiKey: twilio.apiKey
    })
}

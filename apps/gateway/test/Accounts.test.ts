import { Effect, Option, Redacted } from "effect"
import { assert, describe } from "vitest"
import { ProjectId } from "@parley/schema/Ids"
import { Ids } from "@parley/core/Ids"
import * as SqliteStore from "@parley/storage/SqliteStore"
import * as Accounts from "../src/Accounts.ts"
import * as Apply from "../src/Apply.ts"
import { decode } from "../src/ProjectFile.ts"
import * as Settings from "../src/Settings.ts"
import { effect } from "./harness/EffectTest.ts"

const service = { TWILIO_ACCOUNT_SID: "AC0123456789abcdef0123456789abcdef", TWILIO_AUTH_TOKEN: "service-token" }

const files = [
  { account: "ws", project: "plain", agent: { type: "scripted" } },
  { account: "ws", project: "own", agent: { type: "scripted" }, twilio: { account_sid: "AC1", auth_token_env: "OWN_TOKEN" } }
]

const accountOf = (project: string, environment: Readonly<Record<string, string>>) =>
  Effect.gen(function*() {
    const lookup: Apply.Lookup = (name) => Option.fromNullishOr(environment[name])
    for (const file of files) yield* Apply.apply(yield* Apply.plan(yield* decode(file), lookup))
    const accountFor = yield* Accounts.make(yield* Settings.read(environment), lookup)
    return yield* accountFor(ProjectId.make(project))
  }).pipe(Effect.provide([SqliteStore.layerSingleCommit({ filename: ":memory:" }), Ids.layer]))

const reason = (project: string, environment: Readonly<Record<string, string>>) =>
  Effect.map(Effect.flip(accountOf(project, environment)), (failure) => failure._tag === "NoTwilioAccount" ? failure.detail : failure._tag)

describe("Accounts", () => {
  effect("serves a project with its own account, whose token the environment holds", () =>
    Effect.gen(function*() {
      const account = yield* accountOf("own", { ...service, OWN_TOKEN: "own-token" })
      assert.deepStrictEqual([account.accountSid, account.authTokens.map(Redacted.value), account.apiKey], ["AC1", ["own-token"], null])
    }))

  effect("serves other projects with the service's account, and its API key", () =>
    Effect.gen(function*() {
      const account = yield* accountOf("plain", { ...service, TWILIO_API_KEY_SID: "SK1", TWILIO_API_KEY_SECRET: "key-secret" })
      assert.deepStrictEqual([account.accountSid, account.authTokens.map(Redacted.value), account.apiKey?.sid], [service.TWILIO_ACCOUNT_SID, ["service-token"], "SK1"])
    }))

  effect("takes webhooks of two tokens while one is exchanged, and sends with the first", () =>
    Effect.gen(function*() {
      const account = yield* accountOf("plain", { ...service, TWILIO_AUTH_TOKEN_NEXT: "next-token" })
      assert.deepStrictEqual(account.authTokens.map(Redacted.value), ["service-token", "next-token"])
    }))

  effect("says why a project has no account, and what to set", () =>
    Effect.gen(function*() {
      assert.include(yield* reason("own", service), "OWN_TOKEN, which is not set")
      assert.include(yield* reason("plain", {}), "set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN")
      assert.include(yield* reason("nobody", service), "no such project")
    }))
})

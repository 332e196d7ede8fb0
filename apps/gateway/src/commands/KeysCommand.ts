/** `parley keys create|list|revoke`. */
import { Console, DateTime, Effect, Option, Schema } from "effect"
import { AccountId, ApiKeyId } from "@parley/schema/Ids"
import * as AuditLog from "@parley/core/AuditLog"
import { Directory } from "@parley/core/ports/Directory"
import { Transactor } from "@parley/core/ports/Store"
import type { ApiKey } from "@parley/core/Project"
import { Scope } from "@parley/core/Project"
import * as ApiKeys from "../ApiKeys.ts"
import { byHand } from "../Apply.ts"
import * as StoreLocation from "../StoreLocation.ts"
import { withStore } from "./Offline.ts"

/** What was given can't be used. */
export class BadKeyOption extends Schema.TaggedError<BadKeyOption>()("BadKeyOption", { detail: Schema.String }) {
  override get message(): string {
    return this.detail
  }
}

const decodeScopes = Schema.decodeUnknownOption(Schema.NonEmptyArray(Scope))

export const create = (options: { readonly account: string; readonly name: string; readonly scopes: string; readonly expires: string | null }) =>
  withStore(() =>
    Effect.gen(function*() {
      const directory = yield* Directory
      const now = yield* DateTime.now
      const scopes = decodeScopes(options.scopes.split(",").map((scope) => scope.trim()))
      if (Option.isNone(scopes)) return yield* new BadKeyOption({ detail: `--scopes=${options.scopes} is not a list of send, read and operate.` })
      const expiresAt = options.expires === null ? null : Option.getOrNull(DateTime.make(options.expires))
      if (options.expires !== null && expiresAt === null) return yield* new BadKeyOption({ detail: `--expires=${options.expires} is not a date, like 2027-06-30.` })
      const accountId = AccountId.make(options.account)
      if ((yield* directory.projects(accountId)).length === 0) {
        return yield* new BadKeyOption({ detail: `Account ${options.account} has no project here. Apply one first: parley apply -f project.json` })
      }
      const secret = ApiKeys.generate()
      const key = ApiKeys.record(secret, { accountId, name: options.name, scopes: scopes.value, expiresAt: expiresAt === null ? null : DateTime.toUtc(expiresAt) }, now)
      const { transact } = yield* Transactor
      const detail = `API key "${key.name}" (${key.hint}) for ${key.scopes.join(", ")}${expiresAt === null ? "" : `, until ${DateTime.formatIso(expiresAt)}`}`
      yield* transact(Effect.andThen(directory.putKey(key), AuditLog.append({ accountId, projectId: null, action: "key.created", subject: key.id, detail }))).pipe(byHand)
      yield* Console.error(`Key ${key.id} for account ${accountId}. It is shown this once:`)
      yield* Console.log(secret)
    })
  )

const state = (key: ApiKey, now: DateTime.Utc) =>
  key.revokedAt !== null
    ? `revoked ${DateTime.formatIso(key.revokedAt)}`
    : key.expiresAt === null
    ? "active"
    : DateTime.isGreaterThan(key.expiresAt, now)
    ? `active until ${DateTime.formatIso(key.expiresAt)}`
    : `expired ${DateTime.formatIso(key.expiresAt)}`

export const list = (account: string | null) =>
  withStore(({ store }) =>
    Effect.gen(function*() {
      const directory = yield* Directory
      const now = yield* DateTime.now
      const keys = yield* directory.keys(account === null ? null : AccountId.make(account))
      if (keys.length === 0) return yield* Console.log(`${StoreLocation.describe(store)} has no API keys${account === null ? "" : ` of account ${account}`}.`)
      for (const key of keys) {
        yield* Console.log([key.id, key.accountId, key.name, key.hint, key.scopes.join(","), state(key, now)].join("\t"))
      }
    })
  )

export const revoke = (id: string) =>
  withStore(() =>
    Effect.gen(function*() {
      const directory = yield* Directory
      const key = (yield* directory.keys(null)).find((key) => key.id === id)
      if (key === undefined) return yield* new BadKeyOption({ detail: `No key has the id ${id}. List them: parley keys list` })
      const { transact } = yield* Transactor
      if (key.revokedAt === null) {
        const deed = { accountId: key.accountId, projectId: null, action: "key.revoked", subject: id, detail: `API key "${key.name}" (${key.hint})` } as const
        yield* transact(Effect.andThen(directory.revokeKey(ApiKeyId.make(id), yield* DateTime.now), AuditLog.append(deed))).pipe(byHand)
      }
      yield* Console.log(`Key ${id} ("${key.name}") is revoked.`)
    })
  )

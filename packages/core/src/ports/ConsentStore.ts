/** The port of opt-outs: kept for each (user number, agent number), without end. */
import { Context, type Effect, type Option, Schema } from "effect"
import { Environment } from "@parley/schema/Environment"
import { ProjectId } from "@parley/schema/Ids"
import type { AccountId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { Correspondents } from "./SessionStore.ts"
import type { Page, StoreFailure } from "./Store.ts"

export const OptOut = Schema.Struct({
  userNumber: PhoneNumber,
  agentNumber: PhoneNumber,
  projectId: ProjectId,
  environment: Environment,
  /** How it became known: the user's keyword, the carrier's own handling of one, or the carrier's refusal of a send. */
  source: Schema.Literals(["keyword", "carrier_keyword", "carrier_refusal"]),
  optedOutAt: Schema.DateTimeUtcFromMillis
})
export type OptOut = typeof OptOut.Type

export class ConsentStore extends Context.Service<ConsentStore, {
  get(userNumber: PhoneNumber, agentNumber: PhoneNumber): Effect.Effect<Option.Option<OptOut>, StoreFailure>
  /** Any opt-out of the user from a number of the environment. */
  ofUser(of: Correspondents): Effect.Effect<Option.Option<OptOut>, StoreFailure>
  /** Keeps the first of several for the same pair. */
  put(optOut: OptOut): Effect.Effect<void, StoreFailure>
  remove(userNumber: PhoneNumber, agentNumber: PhoneNumber): Effect.Effect<void, StoreFailure>
  /** The latest first. */
  list(
    filter: { readonly accountId: AccountId; readonly userNumber?: PhoneNumber | undefined; readonly projectId?: ProjectId | undefined; readonly environment?: Environment | undefined },
    page: { readonly limit: number; readonly cursor: string | null }
  ): Effect.Effect<Page<OptOut>, StoreFailure>
}>()("@parley/core/ConsentStore") {}

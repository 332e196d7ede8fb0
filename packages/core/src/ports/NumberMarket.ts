/** The port of where numbers come from: search, buy, set up and give back. An adapter's own vocabulary ends behind it. */
import { Context, type Effect, type Option, Schema } from "effect"
import type { Country } from "@parley/schema/Country"
import type { Environment } from "@parley/schema/Environment"
import type { OperationId, ProjectId } from "@parley/schema/Ids"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { MarketType, Price } from "@parley/schema/Provisioning"
import type { SenderType } from "@parley/schema/Sender"

/** What a number should be like. */
export interface NumberWish {
  readonly country: Country
  readonly type: MarketType
  /** Three digits; US and Canada only. */
  readonly areaCode: string | null
  /** Digits that the number holds; `*` stands for any one. */
  readonly contains: string | null
}

/** A number for sale that can text. */
export interface NumberOffer {
  readonly number: PhoneNumber
  readonly country: Country
  readonly type: MarketType
  readonly locality: string | null
  readonly region: string | null
  /** The regulator wants an address or papers with the purchase, which have to be filed with the carrier first. */
  readonly needsAddress: boolean
  /** Null where the carrier does not tell. */
  readonly monthlyPrice: Price | null
}

/** A number of the project's carrier account. */
export interface OwnedNumber {
  /** The carrier's own id of it. */
  readonly carrierId: string
  readonly number: PhoneNumber
  readonly type: SenderType
  /** Whether it carries pictures and other files; null where the carrier does not tell. */
  readonly mms: boolean | null
  /** The name that it bears with the carrier: a purchase writes its operation's id there. */
  readonly mark: string
}

/** Whose texts a number brings. */
export interface Destination {
  readonly projectId: ProjectId
  readonly environment: Environment
}

/**
 * `not_for_sale`: certainly not bought, nobody or somebody else sells it. `rejected`: certainly not done, and the same again brings the same.
 * `refused`: the carrier does not accept the gateway itself; an operator has to act. `not_now`: certainly not done, and may be done later.
 * `ambiguous`: it may have been done. `code` is the carrier's, `detail` a sentence for people.
 */
export class MarketFailure extends Schema.TaggedError<MarketFailure>()("MarketFailure", {
  reason: Schema.Literals(["not_for_sale", "rejected", "refused", "not_now", "ambiguous"]),
  code: Schema.NullOr(Schema.String),
  detail: Schema.String
}) {
  get retryable(): boolean {
    return this.reason === "not_now" || this.reason === "ambiguous"
  }
}

export class NumberMarket extends Context.Service<NumberMarket, {
  /** What is for sale, at most `limit`; none where the country or the type is not sold. */
  search(projectId: ProjectId, wish: NumberWish, limit: number): Effect.Effect<ReadonlyArray<NumberOffer>, MarketFailure>
  /** One call of the carrier, never retried inside. The number is bought bearing `mark`; the same number can't be bought twice. */
  buy(projectId: ProjectId, number: PhoneNumber, mark: OperationId): Effect.Effect<OwnedNumber, MarketFailure>
  /** The number, if the project's account has it. */
  find(projectId: ProjectId, number: PhoneNumber): Effect.Effect<Option.Option<OwnedNumber>, MarketFailure>
  /** Has the carrier bring the number's texts to the destination. What else the number does (calls) stays as it is. */
  configure(carrierId: string, destination: Destination): Effect.Effect<void, MarketFailure>
  /** Has a pool leave its numbers' texts to the numbers. `rejected`: there is no such pool, or it brings them to somebody else. */
  preparePool(destination: Destination, pool: string): Effect.Effect<void, MarketFailure>
  /** Lets the pool choose the number; one that it has already is a success. `rejected`: the pool is full, or another one has the number. */
  joinPool(projectId: ProjectId, carrierId: string, pool: string): Effect.Effect<void, MarketFailure>
  /** Takes the number out of the pool; one that is not in it is a success. */
  leavePool(projectId: ProjectId, carrierId: string, pool: string): Effect.Effect<void, MarketFailure>
  /** Gives the number back. One that the account does not have any more is a success. */
  release(projectId: ProjectId, carrierId: string): Effect.Effect<void, MarketFailure>
  /** Where `configure` would have texts brought; null while the gateway has no address that the carrier reaches. */
  readonly inboundAddress: (destination: Destination) => string | null
}>()("@parley/core/NumberMarket") {}

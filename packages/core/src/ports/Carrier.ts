/** The port of who moves texts. An adapter's own vocabulary ends behind it. */
import { Context, type DateTime, type Effect, Schema } from "effect"
import type { MessageStatus } from "@parley/schema/Conversation"
import type { Environment } from "@parley/schema/Environment"
import type { MessageId, ProjectId } from "@parley/schema/Ids"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"

export interface OutboundText {
  readonly messageId: MessageId
  readonly projectId: ProjectId
  readonly environment: Environment
  /** With a `pool`: the number that is expected, which the carrier need not choose. */
  readonly from: PhoneNumber
  /** The carrier's pool that chooses the number. Missing: `from` sends. */
  readonly pool?: string | null
  readonly to: PhoneNumber
  /** Empty only where there are files. */
  readonly body: string
  /** Pictures and other files, which the carrier fetches from there. */
  readonly mediaUrls: ReadonlyArray<string>
}

/** The carrier has it, under its own id. */
export interface Accepted {
  readonly carrierId: string
  /** The number that it leaves from. Missing: the carrier does not say so yet. */
  readonly from?: PhoneNumber | null
}

/**
 * What a refusal of one text says of its sender. `unregistered`: carriers know of no registration. `being_set_up`: they do not know of it yet.
 * `suspended`: they take no texts under it. `daily_cap_reached`: its brand has had its day.
 */
export const SenderVerdict = Schema.Literals(["unregistered", "being_set_up", "suspended", "daily_cap_reached"])
export type SenderVerdict = typeof SenderVerdict.Type

/** A text that the carrier knows, as its listing shows it. */
export interface CarrierText {
  readonly carrierId: string
  readonly status: MessageStatus
  /** The number that it leaves from. Missing: the carrier does not say so yet. */
  readonly from?: PhoneNumber | null
  readonly createdAt: DateTime.Utc
  readonly code: string | null
  readonly detail: string | null
  /** Missing or null: nothing is said of the sender. */
  readonly sender?: SenderVerdict | null
}

/** Never accepted, and never will be: trying again brings the same. `code` is the carrier's, `detail` a sentence for people. */
export class Rejected extends Schema.TaggedError<Rejected>()("Rejected", { code: Schema.NullOr(Schema.String), detail: Schema.String }) {}
/** Rejected because the recipient opted out with the carrier. */
export class RecipientOptedOut extends Schema.TaggedError<RecipientOptedOut>()("RecipientOptedOut", { code: Schema.NullOr(Schema.String) }) {}
/** Certainly not accepted now, and may be later: too many requests, a full queue, no connection. It is the line that is told so, and not the text. */
export class NotNow extends Schema.TaggedError<NotNow>()("NotNow", {
  code: Schema.NullOr(Schema.String),
  detail: Schema.String,
  /** The carrier's own wish, or null. */
  retryAfter: Schema.NullOr(Schema.Duration),
  /** A daily cap: nothing leaves this number before the carrier's next day. */
  nextDay: Schema.Boolean
}) {}
/** It may have been accepted: the answer did not come, or was no answer. It must not be sent again blindly. */
export class Ambiguous extends Schema.TaggedError<Ambiguous>()("Ambiguous", { code: Schema.NullOr(Schema.String), detail: Schema.String }) {}
/** The carrier refuses the gateway itself (credentials). Nothing was sent; an operator has to act. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", { code: Schema.NullOr(Schema.String), detail: Schema.String }) {}

/** Certainly not accepted: the call never left this process, since it might not any more. It says nothing of the carrier. */
export class Withheld extends Schema.TaggedError<Withheld>()("Withheld", {}) {}

export class CarrierFailure extends Schema.TaggedError<CarrierFailure>()("CarrierFailure", {
  reason: Schema.Union([Rejected, RecipientOptedOut, NotNow, Ambiguous, Refused, Withheld])
}) {}

export class Carrier extends Context.Service<Carrier, {
  /**
   * One call of the carrier, never retried inside.
   * @param mayLeave asked in the very moment in which the call leaves this process; where it says no, nothing leaves, and the failure is `Withheld`
   */
  send(text: OutboundText, mayLeave: () => boolean): Effect.Effect<Accepted, CarrierFailure>
  /** What the carrier has from `from` (or through `pool`) to `to` with this very body, created at or after `since` on this machine's clock, which need not be the carrier's. */
  find(text: OutboundText, since: DateTime.Utc): Effect.Effect<ReadonlyArray<CarrierText>, CarrierFailure>
}>()("@parley/core/Carrier") {}

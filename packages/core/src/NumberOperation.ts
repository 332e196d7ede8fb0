/** The purchase, import or release of a number: one row that says how far it has come, so that whoever comes next goes on from there. */
import { Context, DateTime, Duration, Effect, Schema } from "effect"
import { Country } from "@parley/schema/Country"
import { Environment } from "@parley/schema/Environment"
import { AccountId, OperationId, ProjectId, RegistrationId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { MarketType, OperationKind, OperationStage } from "@parley/schema/Provisioning"
import { Registration, SenderType } from "@parley/schema/Sender"

const At = Schema.DateTimeUtcFromMillis

const Wish = Schema.Struct({
  country: Country,
  type: MarketType,
  areaCode: Schema.NullOr(Schema.String),
  contains: Schema.NullOr(Schema.String)
})

export const NumberOperation = Schema.Struct({
  id: OperationId,
  accountId: AccountId,
  projectId: ProjectId,
  environment: Environment,
  kind: OperationKind,
  number: PhoneNumber,
  /** A purchase: what another number may be chosen by, if this one is gone. Null: this number or none. */
  wish: Schema.NullOr(Wish),
  /** A purchase: how many numbers were tried, this one included. */
  tried: Schema.Int,
  /** What the caller knows of the number's registration. */
  registration: Schema.NullOr(Registration),
  /** The campaign that it is to text under; missing or null: none is known. */
  campaign: Schema.optionalKey(Schema.NullOr(RegistrationId)),
  stage: OperationStage,
  /** The carrier's own id of the number, once it is known. */
  carrierId: Schema.NullOr(Schema.String),
  type: Schema.NullOr(SenderType),
  /** Whether the number carries pictures and other files; null while it is not known. */
  mms: Schema.NullOr(Schema.Boolean).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null))),
  /** A purchase: since when it may be that the number was bought and nobody knows. While it is set no other number is tried. */
  attemptedAt: Schema.NullOr(At),
  /** Failures in a row. */
  failures: Schema.Int,
  /** The last obstacle, or why it failed. */
  trouble: Schema.NullOr(Schema.Struct({ code: Schema.NullOr(Schema.String), detail: Schema.String })),
  /** When it goes on; null once it is final. */
  dueAt: Schema.NullOr(At),
  createdAt: At,
  updatedAt: At
})
export type NumberOperation = typeof NumberOperation.Type

type Begun = Pick<NumberOperation, "id" | "accountId" | "projectId" | "environment" | "kind" | "number" | "wish" | "registration" | "campaign">

export const begin = (about: Begun, now: DateTime.Utc): NumberOperation => ({
  ...about,
  tried: 1,
  stage: "intended",
  carrierId: null,
  type: null,
  mms: null,
  attemptedAt: null,
  failures: 0,
  trouble: null,
  dueAt: now,
  createdAt: now,
  updatedAt: now
})

export const isFinal = ({ stage }: NumberOperation): boolean => stage === "active" || stage === "failed" || stage === "released"

/** One step further: what failed before is past. */
export const advance = (operation: NumberOperation, changes: Partial<NumberOperation> & Pick<NumberOperation, "stage">, now: DateTime.Utc): NumberOperation => {
  const next = { ...operation, failures: 0, trouble: null, ...changes, updatedAt: now }
  return { ...next, dueAt: isFinal(next) ? null : now }
}

export interface OperationTimes {
  /** The first wait after a failure; doubled for each further one, up to `retryAtMost`. */
  readonly retry: Duration.Duration
  readonly retryAtMost: Duration.Duration
  /** From a purchase of unknown outcome to the time when an account without the number proves that it was not bought. */
  readonly settledAfter: Duration.Duration
  /** Between two looks at the queue of a number that is given up. */
  readonly drainEvery: Duration.Duration
}

export const defaultOperationTimes: OperationTimes = {
  retry: Duration.seconds(1),
  retryAtMost: Duration.minutes(5),
  settledAfter: Duration.minutes(10),
  drainEvery: Duration.seconds(1)
}

/** The times that operations keep; an operator's, not a project's. */
export const CurrentOperationTimes = Context.Reference<OperationTimes>("@parley/core/CurrentOperationTimes", { defaultValue: () => defaultOperationTimes })

/** The same step again, later. */
export const postpone = (operation: NumberOperation, trouble: NumberOperation["trouble"], times: OperationTimes, now: DateTime.Utc): NumberOperation => {
  const wait = Duration.min(Duration.times(times.retry, 2 ** Math.min(operation.failures, 20)), times.retryAtMost)
  return { ...operation, failures: operation.failures + 1, trouble, dueAt: DateTime.addDuration(now, wait), updatedAt: now }
}

/** Where a project has its events posted, how far that has come, and when it is tried again after a failure. */
import { DateTime, Duration, Effect, Schema } from "effect"
import { Environment } from "@parley/schema/Environment"
import { EventType } from "@parley/schema/Event"
import type { EventId, ProjectId } from "@parley/schema/Ids"
import { WebhookUrl } from "./WebhookUrl.ts"

const all = Effect.succeed(null)

/** Names are kept when the URL changes: who is posted to goes on where it was. */
export const EventWebhook = Schema.Struct({
  name: Schema.String.check(Schema.isPattern(/^[a-z0-9][a-z0-9_-]{0,62}$/u, { message: "must be a name of at most 63 lower-case letters, digits, _ and -, like \"crm\"" })),
  url: WebhookUrl,
  /** The environment variable of the gateway that holds the secret. Every post is signed. */
  secretEnv: Schema.NonEmptyString,
  /** Null: of all types. */
  types: Schema.NullOr(Schema.NonEmptyArray(EventType)).pipe(Schema.withDecodingDefaultKey(all)),
  /** Null: of all environments. */
  environment: Schema.NullOr(Environment).pipe(Schema.withDecodingDefaultKey(all))
}).pipe(Schema.encodeKeys({ secretEnv: "secret_env" }))
export type EventWebhook = typeof EventWebhook.Type

const atMost = 10

export const EventWebhooks = Schema.Array(EventWebhook).check(
  Schema.isMaxLength(atMost, { message: `must be at most ${atMost} webhooks` }),
  Schema.makeFilter((webhooks: ReadonlyArray<EventWebhook>) => new Set(webhooks.map(({ name }) => name)).size < webhooks.length ? "must name each webhook differently" : undefined)
)

/** How far the posts of a webhook have come. */
export interface WebhookProgress {
  readonly projectId: ProjectId
  readonly name: string
  /** This event, and every one before it, is dealt with. */
  readonly through: EventId
  /** The attempts that failed since the last one that did not. */
  readonly failures: number
  /** Those of them in which the receiver refused the event after `through` for what it is. */
  readonly refusals: number
  readonly failingSince: DateTime.Utc | null
  /** A sentence, without secrets. */
  readonly trouble: string | null
  /** Not before then. */
  readonly nextAt: DateTime.Utc
}

/** Where a webhook begins. */
export const beginAt = (projectId: ProjectId, name: string, through: EventId, now: DateTime.Utc): WebhookProgress =>
  ({ projectId, name, through, failures: 0, refusals: 0, failingSince: null, trouble: null, nextAt: now })

/** Everything up to there is dealt with. Its next turn is after those who have waited for longer. */
export const advance = ({ name, projectId }: WebhookProgress, through: EventId, now: DateTime.Utc): WebhookProgress => beginAt(projectId, name, through, now)

const firstPause = Duration.seconds(5)
const longestPause = Duration.minutes(15)

/** 5 seconds after the first failure, then twice as long each time, at most 15 minutes. */
export const pauseAfter = (failures: number): Duration.Duration => Duration.min(Duration.times(firstPause, 2 ** Math.min(failures - 1, 20)), longestPause)

/** Why the event after `through` has not arrived. `wait`: the receiver asked to be left alone for so long; it gets the longest pause at most. */
export interface Failure {
  readonly isRefusal: boolean
  readonly trouble: string
  readonly wait: Duration.Duration | null
}

export const fail = (progress: WebhookProgress, { isRefusal, trouble, wait }: Failure, now: DateTime.Utc): WebhookProgress => {
  const failures = progress.failures + 1
  const pause = Duration.max(pauseAfter(failures), Duration.min(wait ?? Duration.zero, longestPause))
  const refusals = progress.refusals + (isRefusal ? 1 : 0)
  return { ...progress, failures, refusals, failingSince: progress.failingSince ?? now, trouble, nextAt: DateTime.addDuration(now, pause) }
}

const refusalsAtMost = 8

/** Whether one more refusal of the next event passes it over: what comes after it must not wait for ever. The eighth comes some ten minutes after the first. */
export const isLastTry = ({ refusals }: WebhookProgress): boolean => refusals >= refusalsAtMost - 1

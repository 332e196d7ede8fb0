/** Who may call, for which project, in which environment, from which numbers. */
import { Effect, Schema } from "effect"
import { Country } from "@parley/schema/Country"
import { Environment } from "@parley/schema/Environment"
import { AccountId, ApiKeyId, ConnectorId, ProjectId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { Registration, SenderType } from "@parley/schema/Sender"
import { EventsPolicy } from "./Event.ts"
import { ModelAgent } from "./ModelAgent.ts"
import { QuietHoursPolicy } from "./QuietHours.ts"
import { RetentionPolicy } from "./Retention.ts"
import { SessionPolicy } from "./SessionPolicy.ts"
import { Templates } from "./Templates.ts"
import { WebhookUrl } from "./WebhookUrl.ts"

const At = Schema.DateTimeUtcFromMillis

/** Who answers. Secrets are named, never held: `secretEnv` is an environment variable of the gateway. */
export const AgentConfig = Schema.Union([
  Schema.Struct({ type: Schema.Literal("scripted") }),
  Schema.Struct({
    type: Schema.Literal("webhook"),
    url: WebhookUrl,
    secretEnv: Schema.NullOr(Schema.String).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null)))
  }).pipe(Schema.encodeKeys({ secretEnv: "secret_env" })),
  ModelAgent
])
export type AgentConfig = typeof AgentConfig.Type

/** The carrier account of a project; one without it is served by the gateway's own. */
export const CarrierAccount = Schema.Struct({
  accountSid: Schema.NonEmptyString,
  authTokenEnv: Schema.NonEmptyString
}).pipe(Schema.encodeKeys({ accountSid: "account_sid", authTokenEnv: "auth_token_env" }))
export type CarrierAccount = typeof CarrierAccount.Type

/** A pool of senders at the carrier, which chooses the number that texts a person who has none yet. */
export const SenderPool = Schema.Struct({
  environment: Environment,
  /** The carrier's own id of it. */
  id: Schema.NonEmptyString
})
export type SenderPool = typeof SenderPool.Type

/** One for each environment at most: a number that it chose has to be this environment's. */
export const SenderPools = Schema.Array(SenderPool).check(
  Schema.makeFilter((pools: ReadonlyArray<SenderPool>) =>
    pools.some((pool, i) => pools.some((other, j) => j < i && (other.environment === pool.environment || other.id === pool.id)))
      ? "must name each environment and each pool once"
      : undefined)
)

const atLeastOne = (fallback: number) =>
  Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 })).pipe(Schema.withDecodingDefaultKey(Effect.succeed(fallback)))

/** Inbound defaults: the seed's published ones. Outbound: 100 a minute, Parley's own. */
export const Limits = Schema.Struct({
  outboundPerMinute: atLeastOne(100),
  inboundPerUserPerMinute: atLeastOne(10),
  inboundPerProjectPerMinute: atLeastOne(100),
  /** The same text this often within five minutes blocks its user for ten. */
  identicalTexts: atLeastOne(5)
}).pipe(Schema.encodeKeys({
  outboundPerMinute: "outbound_per_minute",
  inboundPerUserPerMinute: "inbound_per_user_per_minute",
  inboundPerProjectPerMinute: "inbound_per_project_per_minute",
  identicalTexts: "identical_texts"
}))
export type Limits = typeof Limits.Type

/** What a project decides, as it is kept and as `parley apply` reads it. */
export const ProjectConfig = Schema.Struct({
  agent: AgentConfig,
  carrier: Schema.NullOr(CarrierAccount).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null))),
  senderPools: SenderPools.pipe(Schema.withDecodingDefaultKey(Effect.succeed([]))),
  limits: Limits.pipe(Schema.withDecodingDefaultKey(Effect.succeed({}))),
  session: SessionPolicy.pipe(Schema.withDecodingDefaultKey(Effect.succeed({}))),
  /** What happens to US and Canadian long codes without an approved registration in `live`. */
  registration: Schema.Literals(["enforce", "warn"]).pipe(Schema.withDecodingDefaultKey(Effect.succeed("enforce" as const))),
  quietHours: QuietHoursPolicy.pipe(Schema.withDecodingDefaultKey(Effect.succeed({}))),
  retention: RetentionPolicy.pipe(Schema.withDecodingDefaultKey(Effect.succeed({}))),
  /** Whether facts about conversations are kept for whoever reads them, and for how long. */
  events: EventsPolicy.pipe(Schema.withDecodingDefaultKey(Effect.succeed(null))),
  templates: Templates.pipe(Schema.withDecodingDefaultKey(Effect.succeed([])))
}).pipe(Schema.encodeKeys({ senderPools: "sender_pools", quietHours: "quiet_hours" }))
export type ProjectConfig = typeof ProjectConfig.Type

export interface Project {
  readonly id: ProjectId
  readonly accountId: AccountId
  readonly config: ProjectConfig
}

/** The carrier's id of the pool that an environment sends through; null: Parley chooses every number itself. */
export const poolOf = (project: Project, environment: Environment): string | null =>
  project.config.senderPools.find((pool) => pool.environment === environment)?.id ?? null

/** Stands for one (project, environment); the `X-TOKEN-ID` of a call. */
export const Connector = Schema.Struct({ id: ConnectorId, projectId: ProjectId, accountId: AccountId, environment: Environment })
export type Connector = typeof Connector.Type

/** A sender provisioned for one (project, environment). A number belongs to one of them only, so that it has one line. */
export const AgentNumber = Schema.Struct({
  number: PhoneNumber,
  projectId: ProjectId,
  environment: Environment,
  type: SenderType,
  country: Country,
  registration: Registration,
  segmentsPerSecond: Schema.Finite.check(Schema.isGreaterThan(0)),
  /** Whether it carries pictures and other files (MMS), as the carrier or the project's file says; missing: as its country's row says. */
  mms: Schema.optionalKey(Schema.Boolean),
  /** True while it is being released: its texts still come and go, and nothing new is sent from it. */
  retiring: Schema.optionalKey(Schema.Literal(true))
})
export type AgentNumber = typeof AgentNumber.Type

export const Scope = Schema.Literals(["send", "read", "operate"])
export type Scope = typeof Scope.Type

/** An API key, of which only the SHA-256 (hex) is kept. */
export const ApiKey = Schema.Struct({
  id: ApiKeyId,
  accountId: AccountId,
  name: Schema.String,
  hash: Schema.String,
  /** Its first characters, so that a person recognises it. */
  hint: Schema.String,
  scopes: Schema.Array(Scope),
  createdAt: At,
  expiresAt: Schema.NullOr(At),
  revokedAt: Schema.NullOr(At)
})
export type ApiKey = typeof ApiKey.Type

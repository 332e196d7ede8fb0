/** The file that `parley apply` reads: everything that belongs to a project, as data. Secrets are named in it, never written. */
import { Effect, Schema } from "effect"
import { Country } from "@parley/schema/Country"
import { Environment } from "@parley/schema/Environment"
import { AccountId, ConnectorId, ProjectId, RegistrationId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { Registration, SenderType } from "@parley/schema/Sender"
import { EventsPolicy } from "@parley/core/Event"
import { AgentConfig, CarrierAccount, Limits, Scope, SenderPools } from "@parley/core/Project"
import { QuietHoursPolicy } from "@parley/core/QuietHours"
import { RetentionPolicy } from "@parley/core/Retention"
import { SessionPolicy } from "@parley/core/SessionPolicy"
import { Templates } from "@parley/core/Templates"

const FileNumber = Schema.Struct({
  number: PhoneNumber,
  environment: Environment,
  type: SenderType.pipe(Schema.withDecodingDefaultKey(Effect.succeed("long_code" as const))),
  /** Read off the number when absent. */
  country: Schema.NullOr(Country).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null))),
  registration: Schema.NullOr(Registration).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null))),
  /** The campaign, registered here, that it texts under: in place of `registration`, which then follows the campaign. */
  campaign: Schema.NullOr(RegistrationId).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null))),
  /** Whether it carries pictures and other files, where that differs from what its country's row says. */
  mms: Schema.NullOr(Schema.Boolean).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null))),
  /** The carrier's usual throughput for the type when absent. */
  segments_per_second: Schema.NullOr(Schema.Finite.check(Schema.isGreaterThan(0), Schema.isLessThanOrEqualTo(10_000))).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null)))
})

const FileKey = Schema.Struct({
  name: Schema.NonEmptyString,
  /** The environment variable that holds the key itself. */
  secret_env: Schema.NonEmptyString,
  expires_at: Schema.NullOr(Schema.DateTimeUtcFromString).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null))),
  scopes: Schema.Array(Scope).pipe(Schema.withDecodingDefaultKey(Effect.succeed(["send", "read", "operate"] as ReadonlyArray<Scope>)))
})

export const ProjectFile = Schema.Struct({
  account: AccountId,
  project: ProjectId,
  agent: AgentConfig.annotate({ message: "must be an object with \"type\": \"scripted\", or \"webhook\" and a \"url\", or \"openai\", a \"model\" and \"instructions\"" }),
  twilio: Schema.NullOr(CarrierAccount).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null))),
  /** The carrier's pools that choose numbers, at most one for each environment. */
  sender_pools: SenderPools.pipe(Schema.withDecodingDefaultKey(Effect.succeed([]))),
  limits: Limits.pipe(Schema.withDecodingDefaultKey(Effect.succeed({}))),
  session: SessionPolicy.pipe(Schema.withDecodingDefaultKey(Effect.succeed({}))),
  registration: Schema.Literals(["enforce", "warn"]).pipe(Schema.withDecodingDefaultKey(Effect.succeed("enforce" as const))),
  /** What waits when it is night where the user is; off unless the file says otherwise. */
  quiet_hours: QuietHoursPolicy.pipe(Schema.withDecodingDefaultKey(Effect.succeed({}))),
  /** How long what was said is kept; for good unless the file says otherwise. */
  retention: RetentionPolicy.pipe(Schema.withDecodingDefaultKey(Effect.succeed({}))),
  /** Whether facts about conversations are kept for whoever reads them, and for how long; not unless the file says otherwise. */
  events: EventsPolicy.pipe(Schema.withDecodingDefaultKey(Effect.succeed(null))),
  /** Texts by name, for each environment. */
  templates: Templates.pipe(Schema.withDecodingDefaultKey(Effect.succeed([]))),
  connectors: Schema.Array(Schema.Struct({ id: ConnectorId, environment: Environment })).pipe(Schema.withDecodingDefaultKey(Effect.succeed([]))),
  numbers: Schema.Array(FileNumber).pipe(Schema.withDecodingDefaultKey(Effect.succeed([]))),
  api_keys: Schema.Array(FileKey).pipe(Schema.withDecodingDefaultKey(Effect.succeed([])))
})
export type ProjectFile = typeof ProjectFile.Type

/** A field that nobody knows is a mistake here, unlike on the wire: it would be a setting without effect. */
export const decode = Schema.decodeUnknownEffect(ProjectFile, { errors: "all", onExcessProperty: "error" })

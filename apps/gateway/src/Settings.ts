/** The settings that the environment gives the gateway, all read at start, with every mistake told at once. */
import { Duration, Effect, Redacted, Result, Schema } from "effect"
import { Cidr } from "@parley/agents/AddressGuard"
import type { AvailabilityTable } from "@parley/core/Availability"
import type { LineTimes } from "@parley/core/LineTimes"
import { defaultLineTimes } from "@parley/core/LineTimes"
import type { ReceiptTimes } from "@parley/core/Receipts"
import * as AvailabilityFile from "./AvailabilityFile.ts"
import type { VariableName } from "./EnvironmentVariables.ts"
import { decode, networks, variables } from "./EnvironmentVariables.ts"
import * as StoreLocation from "./StoreLocation.ts"

const levels = { debug: "Debug", info: "Info", warn: "Warn", error: "Error", none: "None" } as const

/** Where a process that serves together with others is found. */
export interface ClusterSettings {
  readonly listen: { readonly host: string; readonly port: number }
  readonly advertised: { readonly host: string; readonly port: number }
}

export interface Settings {
  readonly port: number
  readonly host: string
  readonly publicUrl: string | null
  readonly fallbackUrl: string | null
  readonly store: StoreLocation.StoreLocation
  readonly twilio: {
    readonly accountSid: string
    readonly authToken: Redacted.Redacted<string> | null
    readonly nextAuthToken: Redacted.Redacted<string> | null
    readonly apiKey: { readonly sid: string; readonly secret: Redacted.Redacted<string> } | null
  } | null
  readonly twilioBaseUrl: string | null
  readonly logLevel: (typeof levels)[keyof typeof levels]
  readonly logFormat: "json" | "pretty"
  readonly otlpEndpoint: string | null
  /** Those of a line's times that the environment sets. */
  readonly settle: Partial<Pick<LineTimes, "askAfter" | "absentAfter" | "settledWithin">>
  /** How long receipts are waited for, where the environment sets it. */
  readonly receipts: Partial<Pick<ReceiptTimes, "askAfter">>
  /** How long the audit log and its like are kept. */
  readonly recordsKept: Duration.Duration
  /** Null: the process serves alone. */
  readonly cluster: ClusterSettings | null
  /** The operator's own; null: the built-in table. */
  readonly availability: AvailabilityTable | null
  readonly agentAllowPrivate: ReadonlyArray<Cidr>
}

/** All that is wrong with the environment, a line each. */
export class InvalidSettings extends Schema.TaggedError<InvalidSettings>()("InvalidSettings", { problems: Schema.Array(Schema.String) }) {
  override get message(): string {
    return `The environment is not valid:\n${this.problems.map((problem) => `  - ${problem}`).join("\n")}`
  }
}

type Environment = Readonly<Record<string, string | undefined>>

const clusterVariables = ["CLUSTER_PORT", "CLUSTER_ADVERTISED_HOST", "CLUSTER_ADVERTISED_PORT"] as const

const isEveryAddress = (host: string) => host === "0.0.0.0" || host === "::" || host === "[::]" || host === "*"

/** Reads the settings off an environment. An empty variable counts as unset. */
export const read = (environment: Environment): Effect.Effect<Settings, InvalidSettings> =>
  Effect.suspend(() => {
    const problems: Array<string> = []
    const value = <const Name extends VariableName>(name: Name) => {
      const text = environment[name]?.trim() || variables[name].fallback
      if (text === null) return null
      const decoded = decode(name, text)
      if (Result.isFailure(decoded)) problems.push(decoded.failure)
      return Result.getOrNull(decoded)
    }

    const timeOf = <Key extends string>(name: VariableName & `SETTLE_${string}`, key: Key) => {
      const time = environment[name]?.trim() ? value(name) : null
      return time === null ? {} : { [key]: time } as { readonly [_ in Key]: Duration.Duration }
    }

    const accountSid = value("TWILIO_ACCOUNT_SID")
    const authToken = value("TWILIO_AUTH_TOKEN")
    const nextAuthToken = value("TWILIO_AUTH_TOKEN_NEXT")
    const keySid = value("TWILIO_API_KEY_SID")
    const keySecret = value("TWILIO_API_KEY_SECRET")
    if ((keySid === null) !== (keySecret === null)) problems.push("TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET go together: set both or neither")
    if (accountSid === null && (authToken !== null || nextAuthToken !== null || keySid !== null)) problems.push("TWILIO_ACCOUNT_SID is missing beside the other TWILIO_ variables")
    if (accountSid !== null && authToken === null) problems.push("TWILIO_AUTH_TOKEN is missing: the carrier's webhooks are verified with it")

    const settle = {
      ...timeOf("SETTLE_ASK_AFTER", "askAfter"),
      ...timeOf("SETTLE_ABSENT_AFTER", "absentAfter"),
      ...timeOf("SETTLE_WITHIN", "settledWithin")
    }
    const times = { ...defaultLineTimes, ...settle }
    if (!Duration.isLessThan(times.absentAfter, times.settledWithin)) problems.push("SETTLE_ABSENT_AFTER must be shorter than SETTLE_WITHIN: otherwise no absence is ever proved")

    const store = StoreLocation.locate(value("DATABASE_URL") ?? "file:./data/parley.db")
    const clusterHost = value("CLUSTER_HOST")
    const clusterPort = value("CLUSTER_PORT") ?? 0
    const advertisedHost = value("CLUSTER_ADVERTISED_HOST") ?? clusterHost
    const advertisedPort = value("CLUSTER_ADVERTISED_PORT") ?? clusterPort
    const others = clusterVariables.filter((name) => environment[name]?.trim())
    if (clusterHost === null && others.length > 0) problems.push(`CLUSTER_HOST is missing beside ${others.join(" and ")}`)
    if (clusterHost !== null && store._tag === "Sqlite") problems.push("CLUSTER_HOST needs DATABASE_URL=postgres://…: a SQLite file is served by one process")
    if (advertisedHost !== null && isEveryAddress(advertisedHost)) problems.push("CLUSTER_ADVERTISED_HOST must name this process for the others: nobody can connect to every address")

    const availabilityFile = value("AVAILABILITY_FILE")
    const availability = availabilityFile === null ? Result.succeed(null) : AvailabilityFile.read(availabilityFile)
    if (Result.isFailure(availability)) problems.push(...availability.failure.map((problem) => `AVAILABILITY_FILE=${JSON.stringify(availabilityFile)}: ${problem}`))

    const settings: Settings = {
      port: value("PORT") ?? 8080,
      host: value("HOST") ?? "127.0.0.1",
      publicUrl: value("PUBLIC_URL")?.replace(/\/+$/u, "") ?? null,
      fallbackUrl: value("FALLBACK_URL")?.replace(/\/+$/u, "") ?? null,
      store,
      twilio: accountSid === null ? null : {
        accountSid,
        authToken: authToken === null ? null : Redacted.make(authToken),
        nextAuthToken: nextAuthToken === null ? null : Redacted.make(nextAuthToken),
        apiKey: keySid === null || keySecret === null ? null : { sid: keySid, secret: Redacted.make(keySecret) }
      },
      twilioBaseUrl: value("TWILIO_BASE_URL"),
      logLevel: levels[value("LOG_LEVEL") ?? "info"],
      logFormat: value("LOG_FORMAT") ?? "json",
      otlpEndpoint: value("OTEL_EXPORTER_OTLP_ENDPOINT"),
      settle,
      receipts: timeOf("SETTLE_RECEIPT_AFTER", "askAfter"),
      recordsKept: value("RECORDS_KEPT") ?? Duration.days(730),
      cluster: clusterHost === null || advertisedHost === null ? null : {
        listen: { host: clusterHost, port: clusterPort },
        advertised: { host: advertisedHost, port: advertisedPort }
      },
      availability: Result.getOrElse(availability, () => null),
      agentAllowPrivate: networks(value("AGENT_ALLOW_PRIVATE") ?? "").filter(Schema.is(Cidr))
    }
    return problems.length > 0 ? Effect.fail(new InvalidSettings({ problems })) : Effect.succeed(settings)
  })

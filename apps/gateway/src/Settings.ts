/** The gateway's environment variables: each documented here, all checked at start, and every mistake told at once. */
import { Duration, Effect, Option, Redacted, Result, Schema, SchemaIssue, SchemaTransformation } from "effect"
import { Cidr } from "@parley/agents/AddressGuard"
import type { AvailabilityTable } from "@parley/core/Availability"
import type { LineTimes } from "@parley/core/LineTimes"
import { defaultLineTimes } from "@parley/core/LineTimes"
import type { ReceiptTimes } from "@parley/core/Receipts"
import * as AvailabilityFile from "./AvailabilityFile.ts"
import * as StoreLocation from "./StoreLocation.ts"

const Port = Schema.String.check(
  Schema.makeFilter((text: string) => /^\d{1,5}$/u.test(text) && Number(text) <= 65_535, { expected: "a port, 0 to 65535" })
).pipe(Schema.decodeTo(Schema.FiniteFromString))

/** A port that others are told: 0 would mean another one at every start. */
const FixedPort = Schema.String.check(
  Schema.makeFilter((text: string) => /^\d{1,5}$/u.test(text) && Number(text) >= 1 && Number(text) <= 65_535, { expected: "a port, 1 to 65535" })
).pipe(Schema.decodeTo(Schema.FiniteFromString))

const HttpUrl = Schema.String.check(
  Schema.makeFilter((text: string) => URL.canParse(text) && /^https?:$/u.test(new URL(text).protocol) && !new URL(text).hash, {
    expected: "an http or https URL, like https://sms.example.com"
  })
)

const DatabaseUrl = Schema.String.check(
  Schema.makeFilter(StoreLocation.isLocation, { expected: "file:PATH, like file:./data/parley.db, or postgres://USER:PASSWORD@HOST/DATABASE" })
)

const isPositive = (text: string) =>
  Option.exists(Duration.fromInput(text as Duration.Input), (value) => Duration.isFinite(value) && Duration.toMillis(value) > 0)

const PositiveDuration = Schema.String.check(
  Schema.makeFilter(isPositive, { expected: "a positive duration, like \"5 seconds\" or \"500 millis\"" })
).pipe(Schema.decodeTo(Schema.Duration, SchemaTransformation.durationFromString))

const LogLevel = Schema.Literals(["Debug", "Info", "Warn", "Error", "None"])

const levels: Readonly<Record<string, typeof LogLevel.Type>> = { debug: "Debug", info: "Info", warn: "Warn", error: "Error", none: "None" }

const networks = (text: string) => text.split(",").map((network) => network.trim()).filter((network) => network !== "")

interface Variable {
  readonly meaning: string
  readonly fallback: string | null
  readonly schema: Schema.Codec<unknown, string>
}

/** Name → what it means, what it is when unset, and what it may be. The README's table and `parley serve --help` are made of it. */
export const variables = {
  PORT: { meaning: "Port of the HTTP API", fallback: "8080", schema: Port },
  HOST: { meaning: "Address to listen on", fallback: "127.0.0.1", schema: Schema.NonEmptyString },
  PUBLIC_URL: {
    meaning: "Where the carrier reaches this gateway; needed for its webhooks and their signatures",
    fallback: null,
    schema: HttpUrl
  },
  FALLBACK_URL: {
    meaning: "Another way to this gateway, for the carrier's last try with a text; unset: PUBLIC_URL once more",
    fallback: null,
    schema: HttpUrl
  },
  DATABASE_URL: { meaning: "The store: a SQLite file, or a PostgreSQL database, like postgres://user:password@host/parley", fallback: "file:./data/parley.db", schema: DatabaseUrl },
  TWILIO_ACCOUNT_SID: {
    meaning: "The service's own Twilio account, for projects without one",
    fallback: null,
    schema: Schema.String.check(Schema.isPattern(/^AC[0-9a-fA-F]{32}$/u, { message: "must be AC and 32 hexadecimal digits" }))
  },
  TWILIO_AUTH_TOKEN: { meaning: "Its auth token; also verifies its webhooks", fallback: null, schema: Schema.NonEmptyString },
  TWILIO_AUTH_TOKEN_NEXT: { meaning: "A second auth token, while one is exchanged for another: webhooks that either has signed are taken", fallback: null, schema: Schema.NonEmptyString },
  TWILIO_API_KEY_SID: { meaning: "API key to send with, in place of the auth token", fallback: null, schema: Schema.NonEmptyString },
  TWILIO_API_KEY_SECRET: { meaning: "Its secret", fallback: null, schema: Schema.NonEmptyString },
  TWILIO_BASE_URL: { meaning: "Another host that speaks Twilio's API, such as the simulated carrier", fallback: null, schema: HttpUrl },
  LOG_LEVEL: {
    meaning: "debug, info, warn, error or none",
    fallback: "info",
    schema: Schema.Literals(["debug", "info", "warn", "error", "none"])
  },
  LOG_FORMAT: { meaning: "json or pretty", fallback: "json", schema: Schema.Literals(["json", "pretty"]) },
  OTEL_EXPORTER_OTLP_ENDPOINT: { meaning: "Where traces go (OTLP over HTTP); unset: nowhere", fallback: null, schema: HttpUrl },
  SETTLE_ASK_AFTER: {
    meaning: "From a call whose outcome is unknown to the first question to the carrier, and between two questions",
    fallback: "5 seconds",
    schema: PositiveDuration
  },
  SETTLE_ABSENT_AFTER: {
    meaning: "From such a call to the time when a listing without the text proves that the carrier does not have it, and it is sent again. Shorter than the carrier's listing may lag, it doubles texts",
    fallback: "1 minute",
    schema: PositiveDuration
  },
  SETTLE_WITHIN: {
    meaning: "From such a call to the time when nobody asks any more, and the text stays unknown",
    fallback: "15 minutes",
    schema: PositiveDuration
  },
  SETTLE_RECEIPT_AFTER: {
    meaning: "From the carrier's acceptance of a text to the first question about its receipt, if none came",
    fallback: "5 minutes",
    schema: PositiveDuration
  },
  RECORDS_KEPT: {
    meaning: "How long the audit log and the reports of erasures are kept",
    fallback: "730 days",
    schema: PositiveDuration
  },
  CLUSTER_HOST: {
    meaning: "Address where this process listens for the others, if several processes serve one PostgreSQL database; unset: it serves alone. Keep it inside a private network",
    fallback: null,
    schema: Schema.NonEmptyString
  },
  CLUSTER_PORT: { meaning: "Port there", fallback: "34431", schema: FixedPort },
  CLUSTER_ADVERTISED_HOST: {
    meaning: "Name or address that the others reach this process by; needed where CLUSTER_HOST is every address, like 0.0.0.0; unset: CLUSTER_HOST",
    fallback: null,
    schema: Schema.NonEmptyString
  },
  CLUSTER_ADVERTISED_PORT: { meaning: "Port that the others reach it by; unset: CLUSTER_PORT", fallback: null, schema: FixedPort },
  AVAILABILITY_FILE: {
    meaning: "JSON file of what countries offer, in the shape of GET /v1/availability; its rows replace the built-in ones",
    fallback: null,
    schema: Schema.NonEmptyString
  },
  AGENT_ALLOW_PRIVATE: {
    meaning: "Private networks that agents may live in, as a comma-separated list of CIDR blocks",
    fallback: null,
    schema: Schema.String.check(
      Schema.makeFilter((text: string) => networks(text).every(Schema.is(Cidr)), { expected: "networks, like 10.0.0.0/8,fd00::/8" })
    )
  }
} as const satisfies Record<string, Variable>

export type VariableName = keyof typeof variables

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
  readonly logLevel: typeof LogLevel.Type
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

const format = SchemaIssue.makeFormatterDefault()

/** "must be …", in the words of the schema. */
const reason = (issue: SchemaIssue.Issue): string => format(issue).replace(/^Expected (.*?)(?:, got.*)?$/su, "must be $1").replaceAll(" | ", " or ")

const secret = (name: string, text: string) => /TOKEN|SECRET/u.test(name) || /:\/\/[^/]*@/u.test(text)

/** Reads the settings off an environment. An empty variable counts as unset. */
export const read = (environment: Environment): Effect.Effect<Settings, InvalidSettings> =>
  Effect.suspend(() => {
    const problems: Array<string> = []
    const value = <const Name extends VariableName>(name: Name): (typeof variables)[Name]["schema"]["Type"] | null => {
      const { fallback, schema } = variables[name] as Variable
      const text = environment[name]?.trim() || fallback
      if (text === null) return null
      const decoded = Schema.decodeExit(schema)(text)
      if (decoded._tag === "Success") return decoded.value as (typeof variables)[Name]["schema"]["Type"]
      const error = decoded.cause.reasons[0]
      const why = error?._tag === "Fail" ? reason(error.error.issue) : "is not valid"
      problems.push(`${name}${secret(name, text) ? "" : `=${JSON.stringify(text)}`} ${why}`)
      return null
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
      logLevel: levels[value("LOG_LEVEL") ?? "info"] ?? "Info",
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

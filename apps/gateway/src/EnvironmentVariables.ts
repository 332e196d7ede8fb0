/** The gateway's environment variables: what each means, what it is when unset, and what it may be. */
import { Duration, Option, Result, Schema, SchemaIssue, SchemaTransformation } from "effect"
import { Cidr } from "@parley/agents/AddressGuard"
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

/** The blocks of a comma-separated list. */
export const networks = (text: string) => text.split(",").map((network) => network.trim()).filter((network) => network !== "")

interface Variable {
  readonly meaning: string
  readonly fallback: string | null
  readonly schema: Schema.Codec<unknown, string>
}

/** The README's table and `parley serve --help` are made of it. */
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
    meaning: "Private networks that agents and webhooks may live in, as a comma-separated list of CIDR blocks",
    fallback: null,
    schema: Schema.String.check(
      Schema.makeFilter((text: string) => networks(text).every(Schema.is(Cidr)), { expected: "networks, like 10.0.0.0/8,fd00::/8" })
    )
  }
} as const satisfies Record<string, Variable>

export type VariableName = keyof typeof variables

type ValueOf<Name extends VariableName> = (typeof variables)[Name]["schema"]["Type"]

const format = SchemaIssue.makeFormatterDefault()

/** "must be …", in the words of the schema. */
const reason = (issue: SchemaIssue.Issue): string => format(issue).replace(/^Expected (.*?)(?:, got.*)?$/su, "must be $1").replaceAll(" | ", " or ")

const secret = (name: string, text: string) => /TOKEN|SECRET/u.test(name) || /:\/\/[^/]*@/u.test(text)

/** What the text of a variable says, or what it must be, as a sentence after the variable's name. */
export const decode = <const Name extends VariableName>(name: Name, text: string): Result.Result<ValueOf<Name>, string> => {
  const decoded = Schema.decodeExit((variables[name] as Variable).schema)(text)
  if (decoded._tag === "Success") return Result.succeed(decoded.value as ValueOf<Name>)
  const error = decoded.cause.reasons[0]
  const why = error?._tag === "Fail" ? reason(error.error.issue) : "is not valid"
  return Result.fail(`${name}${secret(name, text) ? "" : `=${JSON.stringify(text)}`} ${why}`)
}

import { Duration, Effect, Redacted } from "effect"
import { assert, describe } from "vitest"
import type { VariableName } from "../src/EnvironmentVariables.ts"
import * as Settings from "../src/Settings.ts"
import { effect } from "./harness/EffectTest.ts"

const sid = "AC0123456789abcdef0123456789abcdef"
const account = { TWILIO_ACCOUNT_SID: sid, TWILIO_AUTH_TOKEN: "the-token" }

const problemsOf = (environment: Readonly<Record<string, string>>) =>
  Effect.map(Effect.flip(Settings.read(environment)), ({ problems }) => problems)

const shown = (value: unknown): unknown => Redacted.isRedacted(value) ? Redacted.value(value) : Duration.isDuration(value) ? Duration.toMillis(value) : value

interface Case {
  readonly good: ReadonlyArray<readonly [text: string, value: unknown]>
  readonly of: (settings: Settings.Settings) => unknown
  readonly fallback: unknown
  readonly bad: ReadonlyArray<readonly [text: string, problem: string]>
  /** Beside it, for it to mean anything. */
  readonly beside?: Readonly<Record<string, string>>
}

const store = "must be file:PATH, like file:./data/parley.db, or postgres://USER:PASSWORD@HOST/DATABASE"
const url = "must be an http or https URL, like https://sms.example.com"
const time = `must be a positive duration, like "5 seconds" or "500 millis"`

const port = "must be a port, 1 to 65535"
const postgres = { DATABASE_URL: "postgres://db/parley" }
const member = { ...postgres, CLUSTER_HOST: "10.0.0.7" }

const cases: Readonly<Record<Exclude<VariableName, "AVAILABILITY_FILE">, Case>> = {
  PORT: {
    of: (settings) => settings.port,
    fallback: 8080,
    good: [["0", 0], ["65535", 65_535], [" 80 ", 80]],
    bad: [["http", "must be a port, 0 to 65535"], ["65536", "must be a port, 0 to 65535"], ["-1", "must be a port, 0 to 65535"], ["80.5", "must be a port, 0 to 65535"]]
  },
  HOST: { of: (settings) => settings.host, fallback: "127.0.0.1", good: [["::1", "::1"]], bad: [] },
  PUBLIC_URL: {
    of: (settings) => settings.publicUrl,
    fallback: null,
    good: [["https://sms.example.com//", "https://sms.example.com"], ["http://localhost:8080/parley", "http://localhost:8080/parley"]],
    bad: [["sms.example.com", url], ["ftp://sms.example.com", url], ["https://sms.example.com/#a", url]]
  },
  FALLBACK_URL: {
    of: (settings) => settings.fallbackUrl,
    fallback: null,
    good: [["https://standby.example.com/", "https://standby.example.com"]],
    bad: [["standby.example.com", url]]
  },
  DATABASE_URL: {
    of: ({ store }) => store._tag === "Sqlite" ? store.filename : store.url,
    fallback: "./data/parley.db",
    good: [
      ["file:/var/parley.db", "/var/parley.db"],
      ["file::memory:", ":memory:"],
      ["postgres://db/parley", "postgres://db/parley"],
      ["postgresql://me:it@db:5433/parley?sslmode=require", "postgresql://me:it@db:5433/parley?sslmode=require"]
    ],
    bad: [["file:", store], ["postgres://db", store], ["postgres:5432", store], ["mysql://db/parley", store], ["./parley.db", store]]
  },
  TWILIO_ACCOUNT_SID: {
    of: (settings) => settings.twilio?.accountSid ?? null,
    fallback: null,
    good: [[sid, sid]],
    bad: [["AC12", "must be AC and 32 hexadecimal digits"]],
    beside: { TWILIO_AUTH_TOKEN: "the-token" }
  },
  TWILIO_AUTH_TOKEN: { of: (settings) => settings.twilio?.authToken ?? null, fallback: null, good: [["t", "t"]], bad: [], beside: { TWILIO_ACCOUNT_SID: sid } },
  TWILIO_AUTH_TOKEN_NEXT: { of: (settings) => settings.twilio?.nextAuthToken ?? null, fallback: null, good: [["next", "next"]], bad: [], beside: account },
  TWILIO_API_KEY_SID: {
    of: (settings) => settings.twilio?.apiKey?.sid ?? null,
    fallback: null,
    good: [["SK1", "SK1"]],
    bad: [],
    beside: { ...account, TWILIO_API_KEY_SECRET: "s" }
  },
  TWILIO_API_KEY_SECRET: {
    of: (settings) => settings.twilio?.apiKey?.secret ?? null,
    fallback: null,
    good: [["s", "s"]],
    bad: [],
    beside: { ...account, TWILIO_API_KEY_SID: "SK1" }
  },
  TWILIO_BASE_URL: { of: (settings) => settings.twilioBaseUrl, fallback: null, good: [["http://127.0.0.1:8081", "http://127.0.0.1:8081"]], bad: [["8081", url]] },
  LOG_LEVEL: {
    of: (settings) => settings.logLevel,
    fallback: "Info",
    good: [["debug", "Debug"], ["warn", "Warn"], ["error", "Error"], ["none", "None"]],
    bad: [["loud", `must be "debug" or "info" or "warn" or "error" or "none"`]]
  },
  LOG_FORMAT: { of: (settings) => settings.logFormat, fallback: "json", good: [["pretty", "pretty"]], bad: [["xml", `must be "json" or "pretty"`]] },
  OTEL_EXPORTER_OTLP_ENDPOINT: { of: (settings) => settings.otlpEndpoint, fallback: null, good: [["http://otel:4318", "http://otel:4318"]], bad: [["otel:4318", url]] },
  SETTLE_ASK_AFTER: { of: (settings) => settings.settle.askAfter, fallback: undefined, good: [["500 millis", 500]], bad: [["soon", time], ["0 seconds", time]] },
  SETTLE_ABSENT_AFTER: { of: (settings) => settings.settle.absentAfter, fallback: undefined, good: [["2 minutes", 120_000]], bad: [["-1 minutes", time]] },
  SETTLE_WITHIN: { of: (settings) => settings.settle.settledWithin, fallback: undefined, good: [["1 hour", 3_600_000]], bad: [["never", time]] },
  RECORDS_KEPT: { of: (settings) => settings.recordsKept, fallback: 63_072_000_000, good: [["30 days", 2_592_000_000]], bad: [["0 days", time]] },
  SETTLE_RECEIPT_AFTER: { of: (settings) => settings.receipts.askAfter, fallback: undefined, good: [["1 minute", 60_000]], bad: [["0 seconds", time]] },
  CLUSTER_HOST: { of: (settings) => settings.cluster?.listen.host ?? null, fallback: null, good: [["10.0.0.7", "10.0.0.7"]], bad: [], beside: postgres },
  CLUSTER_PORT: { of: (settings) => settings.cluster?.listen.port ?? null, fallback: null, good: [["4000", 4_000]], bad: [["0", port], ["x", port]], beside: member },
  CLUSTER_ADVERTISED_HOST: { of: (settings) => settings.cluster?.advertised.host ?? null, fallback: null, good: [["gateway-1", "gateway-1"]], bad: [], beside: member },
  CLUSTER_ADVERTISED_PORT: { of: (settings) => settings.cluster?.advertised.port ?? null, fallback: null, good: [["4001", 4_001]], bad: [["70000", port]], beside: member },
  AGENT_ALLOW_PRIVATE: {
    of: (settings) => settings.agentAllowPrivate,
    fallback: [],
    good: [["10.0.0.0/8, fd00::/8", ["10.0.0.0/8", "fd00::/8"]]],
    bad: [["10.0.0.0/33", "must be networks, like 10.0.0.0/8,fd00::/8"]]
  }
}

describe("Settings", () => {
  for (const [name, { bad, beside = {}, fallback, good, of }] of Object.entries(cases)) {
    effect(`${name} has its default when unset or empty`, () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(shown(of(yield* Settings.read({}))), fallback)
        assert.deepStrictEqual(shown(of(yield* Settings.read({ [name]: " " }))), fallback)
      }))

    effect(`${name} is read`, () =>
      Effect.gen(function*() {
        for (const [text, value] of good) assert.deepStrictEqual(shown(of(yield* Settings.read({ ...beside, [name]: text }))), value)
      }))

    if (bad.length === 0) continue
    effect(`${name} is refused in words when it is not valid`, () =>
      Effect.gen(function*() {
        for (const [text, problem] of bad) assert.include(yield* problemsOf({ ...beside, [name]: text }), `${name}=${JSON.stringify(text)} ${problem}`)
      }))
  }

  effect("tells all mistakes at once, a line each", () =>
    Effect.gen(function*() {
      const failure = yield* Effect.flip(Settings.read({ PORT: "x", LOG_LEVEL: "y", DATABASE_URL: "z", TWILIO_API_KEY_SID: "SK1" }))
      assert.strictEqual(failure.problems.length, 5)
      assert.strictEqual(failure.message.split("\n").length, 6)
    }))

  effect("wants the parts of a carrier account together", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* problemsOf({ TWILIO_ACCOUNT_SID: sid }), ["TWILIO_AUTH_TOKEN is missing: the carrier's webhooks are verified with it"])
      assert.deepStrictEqual(yield* problemsOf({ TWILIO_AUTH_TOKEN: "t" }), ["TWILIO_ACCOUNT_SID is missing beside the other TWILIO_ variables"])
      assert.deepStrictEqual(yield* problemsOf({ ...account, TWILIO_API_KEY_SID: "SK1" }), ["TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET go together: set both or neither"])
    }))

  effect("tells the others what this process listens on, unless it says something else", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual((yield* Settings.read(member)).cluster, { listen: { host: "10.0.0.7", port: 34_431 }, advertised: { host: "10.0.0.7", port: 34_431 } })
      const mapped = { ...postgres, CLUSTER_HOST: "0.0.0.0", CLUSTER_PORT: "4000", CLUSTER_ADVERTISED_HOST: "gateway-1", CLUSTER_ADVERTISED_PORT: "4001" }
      assert.deepStrictEqual((yield* Settings.read(mapped)).cluster, { listen: { host: "0.0.0.0", port: 4_000 }, advertised: { host: "gateway-1", port: 4_001 } })
    }))

  effect("wants what a process needs to serve together with others", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* problemsOf({ ...postgres, CLUSTER_PORT: "4000", CLUSTER_ADVERTISED_HOST: "a" }), ["CLUSTER_HOST is missing beside CLUSTER_PORT and CLUSTER_ADVERTISED_HOST"])
      assert.deepStrictEqual(yield* problemsOf({ CLUSTER_HOST: "10.0.0.7" }), ["CLUSTER_HOST needs DATABASE_URL=postgres://…: a SQLite file is served by one process"])
      assert.deepStrictEqual(yield* problemsOf({ ...postgres, CLUSTER_HOST: "0.0.0.0" }), ["CLUSTER_ADVERTISED_HOST must name this process for the others: nobody can connect to every address"])
    }))

  effect("shows a secret neither in a mistake nor when it is printed", () =>
    Effect.gen(function*() {
      const secrets = { TWILIO_AUTH_TOKEN: "hush-token", TWILIO_API_KEY_SECRET: "hush-key" }
      const failure = yield* Effect.flip(Settings.read({ ...secrets, TWILIO_ACCOUNT_SID: "AC1", PORT: "x" }))
      assert.notInclude(failure.message + JSON.stringify(failure), "hush")
      const settings = yield* Settings.read({ ...secrets, TWILIO_ACCOUNT_SID: sid, TWILIO_API_KEY_SID: "SK1" })
      assert.notInclude(JSON.stringify(settings) + String(settings.twilio?.authToken), "hush")
      const wrong = yield* Effect.flip(Settings.read({ DATABASE_URL: "postgres://parley:hush@db" }))
      assert.notInclude(wrong.message, "hush")
      assert.notInclude(JSON.stringify(yield* Settings.read({ DATABASE_URL: "postgres://parley:hush@db/parley" })), "hush")
    }))
})

/** The project files that tests apply, and the secrets that they name. Quick times, roomy limits: a test that wants others says so. */

export const secrets: Readonly<Record<string, string>> = {
  EVENTS_SECRET: "whsec_ZXZlbnRzIGFyZSBwb3N0ZWQgd2l0aCB0aGlz",
  TEST_API_KEY: "pk_the-key-of-the-tests-0000000000000000000000",
  OTHER_API_KEY: "pk_another-accounts-key-000000000000000000000",
  EXPIRED_API_KEY: "pk_the-expired-key-00000000000000000000000000",
  REVOKED_API_KEY: "pk_the-revoked-key-00000000000000000000000000",
  READ_API_KEY: "pk_the-reading-key-00000000000000000000000000",
  OPERATE_API_KEY: "pk_the-operating-key-000000000000000000000000",
  SEND_API_KEY: "pk_the-sending-key-00000000000000000000000000",
  MODEL_KEY: "sk-the-models-key-000000000000000000000000000",
  AGENT_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
}

export const accountSid = "AC0123456789abcdef0123456789abcdef"
export const authToken = "the-auth-token-of-the-tests"

/** The sender that most tests use. */
export const us = "+14155550001"

interface ProjectOptions {
  readonly templates?: ReadonlyArray<object>
  readonly sender_pools?: ReadonlyArray<object>
  readonly quiet_hours?: object
  readonly retention?: object
  readonly events?: object
  readonly project?: string
  readonly account?: string
  readonly agent?: object
  readonly session?: object
  readonly limits?: object
  readonly registration?: "enforce" | "warn"
  readonly connectors?: ReadonlyArray<{ readonly id: string; readonly environment: string }>
  readonly numbers?: ReadonlyArray<{ readonly number: string; readonly environment: string; readonly [field: string]: unknown }>
  readonly api_keys?: ReadonlyArray<object>
}

export const number = (of: string, environment = "live", more: object = {}) => ({
  number: of,
  environment,
  type: "long_code",
  registration: "approved",
  segments_per_second: 1_000,
  ...more
})

/** A project file: what is given, over a project `main` with a scripted agent, one connector `conn_main` and one number. */
export const projectFile = (options: ProjectOptions = {}) => {
  const { limits, session, ...rest } = options
  const project = options.project ?? "main"
  return {
    account: "ws-main",
    project,
    agent: { type: "scripted" },
    connectors: [{ id: `conn_${project}`, environment: "live" }],
    numbers: [number(us)],
    api_keys: [{ name: "tests", secret_env: "TEST_API_KEY" }],
    ...rest,
    session: { coalesce: "20 millis", coalesce_at_most: "10 seconds", turn_backoff: "20 millis", turn_attempts: 3, opening: "answer", ...session },
    limits: {
      outbound_per_minute: 100_000,
      inbound_per_user_per_minute: 1_000,
      inbound_per_project_per_minute: 100_000,
      identical_texts: 1_000,
      ...limits
    }
  }
}
export type TestProject = ReturnType<typeof projectFile>

/** The two projects of a world: one that a webhook agent answers, one that the scripted agent does. Short times, so that silence does its work within seconds. */
import { agentHost } from "./KillPoint.ts"

export const account = { sid: "AC0123456789abcdef0123456789abcdef", authToken: "the-auth-token-of-the-crash-matrix" } as const
export const apiKey = "pk_the-key-of-the-crash-matrix-000000000000000"

export const agentSecret = "whsec_dGhlIGFnZW50IG9mIHRoZSBjcmFzaCBtYXRyaXg="

export type ProjectId = "hook" | "script"

export const numbers: Readonly<Record<ProjectId, ReadonlyArray<string>>> = {
  hook: ["+14155550001", "+14155550002", "+14155550003", "+14155550004"],
  script: ["+14155550005", "+14155550006"]
}

export const segmentsPerSecond = 200

export const connectorOf = (project: ProjectId) => `conn_${project}`

export const projectFile = (project: ProjectId): object => ({
  account: "ws-crash",
  project,
  agent: project === "hook" ? { type: "webhook", url: `http://${agentHost}/agent`, secret_env: "CRASH_AGENT_SECRET" } : { type: "scripted" },
  session: {
    idle_after: "3 seconds",
    warning_grace: "1500 millis",
    unanswered_after: "4 seconds",
    coalesce: "100 millis",
    coalesce_at_most: "1 second",
    turn_timeout: "5 seconds",
    turn_backoff: "100 millis",
    turn_attempts: 10,
    opening: "answer",
    warning_text: "Still there?",
    ending_text: "Goodbye for now."
  },
  limits: { outbound_per_minute: 1_000_000, inbound_per_user_per_minute: 1_000, inbound_per_project_per_minute: 1_000_000, identical_texts: 1_000 },
  connectors: [{ id: connectorOf(project), environment: "live" }],
  numbers: numbers[project].map((number) => ({ number, environment: "live", type: "long_code", registration: "approved", segments_per_second: segmentsPerSecond })),
  api_keys: [{ name: `crash matrix, ${project}`, secret_env: "CRASH_API_KEY" }]
})

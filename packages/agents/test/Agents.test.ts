import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import { Agent } from "@parley/core/ports/Agent"
import * as Agents from "../src/Agents.ts"
import { replyTo, said } from "./conversation.ts"

const request = replyTo([said(0, "api", "Your appointment is tomorrow at 10:00. Reply YES to confirm."), said(1, "user", "YES")], "send")

const crashing = Agents.layer({
  secret: () => {
    throw new Error("the secret is hunter2")
  },
  allowLoopback: false,
  allowPrivate: []
})

describe("Agents", () => {
  it.effect("asks the scripted agent where a project has that", () =>
    Effect.gen(function*() {
      const agent = yield* Agent
      const answer = yield* agent.call({ type: "scripted" }, request, Duration.millis(1))
      assert.deepStrictEqual(answer.messages, ["Thank you, your appointment tomorrow at 10:00 is confirmed. Anything else?"])
    }).pipe(Effect.provide(Agents.layer({ secret: () => Option.none(), allowLoopback: false, allowPrivate: [] }))))

  it.effect("makes a failure of a crash, and keeps its words out of the detail", () =>
    Effect.gen(function*() {
      const agent = yield* Agent
      const failure = yield* Effect.flip(agent.call({ type: "webhook", url: "https://agent.example/", secretEnv: "A" }, request, Duration.seconds(20)))
      assert.strictEqual(failure._tag, "AgentFailure")
      assert.strictEqual(failure.detail, "The agent crashed; the gateway's log says how.")
    }).pipe(Effect.provide(crashing)))
})

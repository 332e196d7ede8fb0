/** `POST /v1/outbound-sms` on the use case. */
import { Effect, Schema } from "effect"
import { HttpApiBuilder, HttpApiSchema } from "effect/http-api"
import { Caller } from "@parley/contract/Access"
import { Api } from "@parley/contract/Api"
import { SendRequest } from "@parley/contract/OutboundSmsApi"
import {
  AgentNumberNotProvisioned,
  NoEligibleNumber,
  NoNumbers,
  RateLimited,
  UnknownConnector
} from "@parley/contract/Problem"
import { explainRefusal } from "@parley/core/NumberSelection"
import * as Outbound from "@parley/core/Outbound"
import * as Idempotency from "./IdempotencyKey.ts"
import { unavailable } from "./StoreProblem.ts"

const encodeBody = Schema.encodeSync(Schema.fromJsonString(SendRequest))

export const layer = HttpApiBuilder.group(Api, "outboundSms", Effect.fn(function*(handlers) {
  return handlers.handle("send", Effect.fnUntraced(function*({ headers, payload }) {
    const caller = yield* Caller
    const accepted = yield* Outbound.accept({
      connector: { id: caller.connectorId, projectId: caller.projectId, accountId: caller.accountId, environment: caller.environment },
      text: payload.message,
      userNumber: payload.userNumber,
      agentNumber: payload.agentNumber ?? null,
      idempotency: Idempotency.keyed(caller, "outbound-sms", headers.idempotencyKey, encodeBody(payload))
    }).pipe(Effect.catchTags({
      StoreFailure: (failure) => Effect.fail(unavailable(failure)),
      ProjectNotFound: () => Effect.fail(new UnknownConnector({ detail: "The connector's project does not exist any more." })),
      OutboundRateExceeded: ({ limit, retryAfterSeconds }) =>
        Effect.fail(new RateLimited({
          detail: `The project may send ${limit} texts a minute, and has. Try again in ${retryAfterSeconds} s, then back off exponentially.`,
          retry_after: retryAfterSeconds
        })),
      IdempotencyConflict: Idempotency.conflict,
      NoNumbers: ({ environment }) =>
        Effect.fail(new NoNumbers({ detail: `No numbers are provisioned for the project in the environment "${environment}".` })),
      NotProvisioned: ({ environment }) =>
        Effect.fail(new AgentNumberNotProvisioned({
          detail: `agent_number is not provisioned for the project in the environment "${environment}". Leave it out to have a number chosen, or list the numbers at /v1/numbers.`
        })),
      NoneEligible: ({ refusals }) =>
        Effect.fail(new NoEligibleNumber({ detail: `No number may text this user: ${refusals.map(explainRefusal).join(" ")}` }))
    }))
    return HttpApiSchema.withHeaders({
      body: undefined,
      headers: {
        location: `/v1/sessions/${accepted.sessionId}`,
        ...Idempotency.replayHeader(accepted.replayed)
      }
    })
  }))
}))


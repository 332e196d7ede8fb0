/** `POST /v1/outbound-sms` on the use cases: a send, or one for later. */
import { Duration, Effect, Schema } from "effect"
import { HttpApiBuilder, HttpApiSchema } from "effect/http-api"
import { Caller } from "@parley/contract/Access"
import { Api } from "@parley/contract/Api"
import {
  AgentNumberNotProvisioned,
  BadRequest,
  NoEligibleNumber,
  NoNumbers,
  RateLimited,
  UnknownConnector
} from "@parley/contract/Problem"
import { SendRequest } from "@parley/contract/SendRequest"
import type { NoneEligible, NoNumbers as NoNumbersAtAll, NotProvisioned } from "@parley/core/NumberSelection"
import * as Outbound from "@parley/core/Outbound"
import * as ScheduledSends from "@parley/core/ScheduledSends"
import { explain } from "@parley/core/SendRefusal"
import type { FilledTextRefused, MissingVariables, UnknownTemplate } from "@parley/core/Templates"
import * as Idempotency from "./IdempotencyKey.ts"
import { unavailable } from "./StoreProblem.ts"

const encodeBody = Schema.encodeSync(Schema.fromJsonString(SendRequest))

/** What a send meets, as problems. */
const refusals = {
  StoreFailure: unavailable,
  ProjectNotFound: (refusal: Outbound.ProjectNotFound) => Effect.fail(new UnknownConnector({ detail: explain(refusal).detail })),
  OutboundRateExceeded: (refusal: Outbound.OutboundRateExceeded) =>
    Effect.fail(new RateLimited({ detail: explain(refusal).detail, retry_after: refusal.retryAfterSeconds })),
  IdempotencyConflict: Idempotency.conflict,
  NoNumbers: (refusal: NoNumbersAtAll) => Effect.fail(new NoNumbers({ detail: explain(refusal).detail })),
  NotProvisioned: (refusal: NotProvisioned) => Effect.fail(new AgentNumberNotProvisioned({ detail: explain(refusal).detail })),
  NoneEligible: (refusal: NoneEligible) => Effect.fail(new NoEligibleNumber({ detail: explain(refusal).detail })),
  UnknownTemplate: (refusal: UnknownTemplate) =>
    Effect.fail(new BadRequest({ detail: explain(refusal).detail, errors: [{ path: "template", detail: "must be a template of the connector's environment" }] })),
  MissingVariables: (refusal: MissingVariables) =>
    Effect.fail(new BadRequest({ detail: explain(refusal).detail, errors: refusal.names.map((name) => ({ path: `variables.${name}`, detail: "is required" })) })),
  FilledTextRefused: (refusal: FilledTextRefused) =>
    Effect.fail(new BadRequest({ detail: explain(refusal).detail, errors: [{ path: "variables", detail: `make a text that ${refusal.refusal}` }] }))
}

const longestDays = Duration.toDays(ScheduledSends.longestAhead)

const wrongTime = ({ reason }: ScheduledSends.SendTimeRefused) => {
  const detail = reason === "past" ? "must be in the future" : `must be at most ${longestDays} days ahead`
  return Effect.fail(new BadRequest({ detail: `send_at ${detail}.`, errors: [{ path: "send_at", detail }] }))
}

const answer = (location: string, replayed: boolean) =>
  HttpApiSchema.withHeaders({ body: undefined, headers: { location, ...Idempotency.replayHeader(replayed) } })

export const layer = HttpApiBuilder.group(Api, "outboundSms", Effect.fn(function*(handlers) {
  return handlers.handle("send", Effect.fnUntraced(function*({ headers, payload }) {
    const caller = yield* Caller
    const request: Outbound.SendRequest = {
      connector: { id: caller.connectorId, projectId: caller.projectId, accountId: caller.accountId, environment: caller.environment },
      text: payload.template === undefined ? payload.message ?? "" : { template: payload.template, variables: payload.variables ?? {} },
      mediaUrls: payload.mediaUrls ?? [],
      userNumber: payload.userNumber,
      agentNumber: payload.agentNumber ?? null,
      idempotency: Idempotency.keyed(caller, "outbound-sms", headers.idempotencyKey, () => encodeBody(payload))
    }
    if (payload.sendAt !== undefined) {
      const scheduled = yield* ScheduledSends.schedule(request, payload.sendAt).pipe(Effect.catchTags({ ...refusals, SendTimeRefused: wrongTime }))
      return answer(`/v1/scheduled-sends/${scheduled.id}`, scheduled.replayed)
    }
    const accepted = yield* Outbound.accept(request).pipe(Effect.catchTags(refusals))
    yield* Effect.logDebug("A send was accepted").pipe(Effect.annotateLogs({
      session: accepted.sessionId,
      from: accepted.agentNumber,
      chosen: accepted.reasons.map(({ criterion, from, to }) => `${criterion} ${from}>${to}`).join(", ")
    }))
    return answer(`/v1/sessions/${accepted.sessionId}`, accepted.replayed)
  }))
}))

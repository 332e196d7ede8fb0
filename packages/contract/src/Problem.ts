/**
 * Failures of the API: RFC 9457 problem documents, one class per problem, told apart by `type`.
 * `detail` is a sentence for the developer who reads it; programs look at `status` and `type`. A problem never carries its class's tag on the wire.
 */
import { Schema } from "effect"
import { HttpApiError, HttpApiSchema } from "effect/http-api"
import { Count } from "./Wire.ts"

/** The URI of a problem's type. A URN: it names, and promises no page to visit. */
const urn = <const Name extends string>(name: Name) => `urn:parley:problem:${name}` as const

const common = {
  detail: Schema.String.annotate({ description: "What went wrong with this request, and what to do." }),
  /** Filled in by the server where it renders the answer; equals the header `X-PolyAI-Correlation-Id`. */
  correlation_id: Schema.optionalKey(Schema.String.annotate({ description: "Quote it to support; also in X-PolyAI-Correlation-Id." }))
}

/** One value of a request that cannot be taken. `path` joins keys by dots; a header's or a parameter's own name, or `body`, stands at the top. */
export const FieldError = Schema.Struct({
  path: Schema.String.annotate({ examples: ["user_number"] }),
  detail: Schema.String.annotate({ examples: ["must be a phone number in E.164, like +15005550006"] })
}).annotate({ identifier: "FieldError" })
export type FieldError = typeof FieldError.Type

/** The request cannot be understood: malformed JSON, a body over 64 KB, a missing or wrong field, header or parameter. */
export class BadRequest extends HttpApiError.Problem<BadRequest>()(
  "BadRequest",
  { type: urn("invalid-request"), status: 400, title: "The request is not valid." },
  { ...common, errors: Schema.optionalKey(Schema.Array(FieldError)) }
) {}

/** `agent_number` is no number of the connector's project and environment. */
export class AgentNumberNotProvisioned extends HttpApiError.Problem<AgentNumberNotProvisioned>()(
  "AgentNumberNotProvisioned",
  { type: urn("agent-number-not-provisioned"), status: 400, title: "The agent number is not provisioned here." },
  common
) {}

/** There are numbers, but none may text this user: capability, two-way traffic or registration. */
export class NoEligibleNumber extends HttpApiError.Problem<NoEligibleNumber>()(
  "NoEligibleNumber",
  { type: urn("no-eligible-number"), status: 400, title: "No number of this environment may text the user." },
  common
) {}

/** The API key is missing, unknown, revoked or expired. Which of them is not told. */
export class Unauthorized extends HttpApiError.Problem<Unauthorized>()(
  "Unauthorized",
  { type: urn("invalid-api-key"), status: 401, title: "The API key is not valid." },
  common
) {}

/** The connector belongs to another account than the API key. */
export class AccountMismatch extends HttpApiError.Problem<AccountMismatch>()(
  "AccountMismatch",
  { type: urn("account-mismatch"), status: 403, title: "The API key's account does not match the connector's." },
  common
) {}

/** The API key lacks the scope that this operation needs. */
export class MissingScope extends HttpApiError.Problem<MissingScope>()(
  "MissingScope",
  { type: urn("missing-scope"), status: 403, title: "The API key may not do this." },
  common
) {}

/** No connector has the id in `X-TOKEN-ID`. */
export class UnknownConnector extends HttpApiError.Problem<UnknownConnector>()(
  "UnknownConnector",
  { type: urn("unknown-connector"), status: 404, title: "There is no such connector." },
  common
) {}

/** The connector's environment has no numbers at all. */
export class NoNumbers extends HttpApiError.Problem<NoNumbers>()(
  "NoNumbers",
  { type: urn("no-numbers"), status: 404, title: "No numbers are provisioned." },
  common
) {}

/** No resource has this id in the caller's project. Another project's resource looks the same. */
export class NotFound extends HttpApiError.Problem<NotFound>()(
  "NotFound",
  { type: urn("not-found"), status: 404, title: "There is no such resource." },
  common
) {}

/** The path is there, and nothing is done there by this method. The answer's `Allow` names those by which something is. */
export class MethodNotAllowed extends HttpApiError.Problem<MethodNotAllowed>()(
  "MethodNotAllowed",
  { type: urn("method-not-allowed"), status: 405, title: "The path has no such method." },
  common
) {}

/** The project's file does not ask for events, so none are kept. */
export class EventsNotKept extends HttpApiError.Problem<EventsNotKept>()(
  "EventsNotKept",
  { type: urn("events-not-kept"), status: 409, title: "The project keeps no events." },
  common
) {}

/** Some of what came after this event is not kept any more, or the log never had the event. */
export class EventsRemoved extends HttpApiError.Problem<EventsRemoved>()(
  "EventsRemoved",
  { type: urn("events-removed"), status: 410, title: "The stream can't be resumed from there." },
  common
) {}

/** The idempotency key came before with another body, or its first call is still in progress. */
export class IdempotencyConflict extends HttpApiError.Problem<IdempotencyConflict>()(
  "IdempotencyConflict",
  { type: urn("idempotency-conflict"), status: 409, title: "The idempotency key is taken." },
  common
) {}

/** The session has ended, and what was asked needs one that is open. */
export class SessionEnded extends HttpApiError.Problem<SessionEnded>()(
  "SessionEnded",
  { type: urn("session-ended"), status: 409, title: "The session has ended." },
  common
) {}

/** There is nothing to release: nobody has taken the session over. */
export class NotTakenOver extends HttpApiError.Problem<NotTakenOver>()(
  "NotTakenOver",
  { type: urn("not-taken-over"), status: 409, title: "Nobody has taken the session over." },
  common
) {}

/** The user has opted out of texts from the session's number, so nobody may write to them. */
export class UserOptedOut extends HttpApiError.Problem<UserOptedOut>()(
  "UserOptedOut",
  { type: urn("user-opted-out"), status: 409, title: "The user has opted out." },
  common
) {}

/** A scheduled send that was sent, or has failed, can't be cancelled. */
export class ScheduledSendSettled extends HttpApiError.Problem<ScheduledSendSettled>()(
  "ScheduledSendSettled",
  { type: urn("scheduled-send-settled"), status: 409, title: "The scheduled send is over." },
  common
) {}

/** Some project has the number, or an operation on it is under way, or the carrier account has it, or nobody sells one like it. */
export class NumberTaken extends HttpApiError.Problem<NumberTaken>()(
  "NumberTaken",
  { type: urn("number-taken"), status: 409, title: "The number is not to be had." },
  common
) {}

/** The carrier does not do what was asked of it: its account, or what it was asked for, has to change. */
export class CarrierRefused extends HttpApiError.Problem<CarrierRefused>()(
  "CarrierRefused",
  { type: urn("carrier-refused"), status: 502, title: "The carrier refuses." },
  common
) {}

/** The carrier does not give a user's file, or it is larger than what is passed on. */
export class FileNotAvailable extends HttpApiError.Problem<FileNotAvailable>()(
  "FileNotAvailable",
  { type: urn("file-not-available"), status: 502, title: "The file can't be had from the carrier." },
  common
) {}

/** Too many calls. The answer's `Retry-After` says the same number of seconds. */
export class RateLimited extends HttpApiError.Problem<RateLimited>()(
  "RateLimited",
  { type: urn("rate-limited"), status: 429, title: "Too many requests." },
  { ...common, retry_after: Count.annotate({ description: "Seconds until a call can succeed.", examples: [1] }) }
) {}

/** `RateLimited` as an endpoint declares it: with its header. */
export const RateLimitedAnswer = RateLimited.pipe(
  HttpApiSchema.encodeToWithHeaders(
    { body: RateLimited, headers: { "retry-after": Count.annotate({ description: "Seconds until a call can succeed." }) } },
    { decode: ({ body }) => body, encode: (body) => ({ body, headers: { "retry-after": body.retry_after } }) }
  )
)

/** Something that nobody expected. It was logged under the correlation id. */
export class InternalError extends HttpApiError.Problem<InternalError>()(
  "InternalError",
  { type: urn("internal-error"), status: 500, title: "Something went wrong on our side." },
  common
) {}

/** The service cannot take the request now: it is starting, stopping, or its database is away. */
export class ServiceUnavailable extends HttpApiError.Problem<ServiceUnavailable>()(
  "ServiceUnavailable",
  { type: urn("service-unavailable"), status: 503, title: "The service is not available." },
  { ...common, retry_after: Schema.optionalKey(Count.annotate({ description: "Seconds to wait before the next try.", examples: [1] })) }
) {}

/** The media type of every problem. */
export const problemContentType = "application/problem+json"

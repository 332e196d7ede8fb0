/** Sessions: read them, and step in as a person. */
import { SessionState } from "@parley/schema/Conversation"
import { Environment } from "@parley/schema/Environment"
import { SessionId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Access, RequestErrors } from "./Access.ts"
import { idempotencyHeaders } from "./Idempotency.ts"
import { Message } from "./Message.ts"
import { page, pageQuery } from "./Page.ts"
import { IdempotencyConflict, NoEligibleNumber, NotFound, NotTakenOver, SessionEnded, UserOptedOut } from "./Problem.ts"
import { mediaUrls, meaning, message, ofWordsOrFiles, someMediaUrls } from "./Said.ts"
import { Session } from "./Session.ts"
import { Instant, wire } from "./Wire.ts"

/** Filters of the list of sessions; they are combined. */
export const SessionsQuery = wire(
  "SessionsQuery",
  {
    userNumber: Schema.optionalKey(PhoneNumber),
    agentNumber: Schema.optionalKey(PhoneNumber),
    state: Schema.optionalKey(SessionState),
    environment: Schema.optionalKey(Environment),
    startedAfter: Schema.optionalKey(Instant),
    startedBefore: Schema.optionalKey(Instant),
    ...pageQuery
  },
  "Filters of the list of sessions."
)

const SpeakText = wire("SpeakRequest", { message, mediaUrls: Schema.optionalKey(mediaUrls) }, "What a person says in the agent's place.")

const SpeakMedia = wire(
  "SpeakMedia",
  { message: Schema.optionalKey(message), mediaUrls: someMediaUrls },
  "Pictures and other files that a person sends in the agent's place, with a text or without."
)

export const SpeakRequest = Schema.Union([SpeakText, SpeakMedia]).pipe(
  Schema.middlewareDecoding(meaning(SpeakText, ([words, files]) => words === undefined || files === undefined ? undefined : ofWordsOrFiles(words, files)))
)

export const TakeoverRequest = wire(
  "TakeoverRequest",
  {
    by: Schema.optionalKey(Schema.NonEmptyString.annotate({ description: "Who takes over, for the record." })),
    reason: Schema.optionalKey(Schema.NonEmptyString)
  },
  "Who takes the conversation over, and why."
)

/** `202`: the text is durable and waits to be sent. */
export const SpeakAccepted = HttpApiSchema.WithHeaders(Message.pipe(HttpApiSchema.status(202)), {
  location: Schema.String.annotate({ description: "The message: `/v1/messages/{id}`." }),
  "idempotency-replayed": Schema.optionalKey(Schema.Literal("true").annotate({ description: "The answer of an earlier call with the same key." }))
})

const params = { id: SessionId }

const list = HttpApiEndpoint.get("list", "/", { query: SessionsQuery, success: page("Sessions", Session) }).annotateMerge(
  OpenApi.annotations({ identifier: "listSessions", summary: "List sessions", description: "The project's sessions, newest first." })
)

const retrieve = HttpApiEndpoint.get("retrieve", "/:id", { params, success: Session, error: NotFound }).annotateMerge(
  OpenApi.annotations({ identifier: "retrieveSession", summary: "Retrieve a session", description: "Its state, what happens next and how the agent fares." })
)

const messages = HttpApiEndpoint.get("messages", "/:id/messages", {
  params,
  query: pageQuery,
  success: page("Messages", Message),
  error: NotFound
}).annotateMerge(
  OpenApi.annotations({ identifier: "listSessionMessages", summary: "List a session's messages", description: "Texts of both sides, newest first." })
)

const speak = HttpApiEndpoint.post("speak", "/:id/messages", {
  params,
  headers: idempotencyHeaders,
  payload: SpeakRequest,
  success: SpeakAccepted,
  error: [NoEligibleNumber, NotFound, SessionEnded, UserOptedOut, IdempotencyConflict]
}).annotateMerge(
  OpenApi.annotations({
    identifier: "speakInSession",
    summary: "Speak in a session as a person",
    description: "Texts the user from the session's number. Take the session over first if the agent is not to answer too."
  })
)

const takeover = HttpApiEndpoint.post("takeover", "/:id/takeover", {
  params,
  // Null stands for no body at all.
  payload: [TakeoverRequest, Schema.Null],
  success: Session,
  error: [NotFound, SessionEnded]
}).annotateMerge(
  OpenApi.annotations({
    identifier: "takeOverSession",
    summary: "Take a session over",
    description: "The agent pauses: texts are kept and shown, and an answer that is being written is dropped. Taking over again changes who has it."
  })
)

const release = HttpApiEndpoint.post("release", "/:id/release", {
  params,
  success: Session,
  error: [NotFound, SessionEnded, NotTakenOver]
}).annotateMerge(
  OpenApi.annotations({ identifier: "releaseSession", summary: "Give a session back to the agent", description: "The agent goes on, with everything that was said." })
)

const end = HttpApiEndpoint.post("end", "/:id/end", { params, success: Session, error: [NotFound, SessionEnded] }).annotateMerge(
  OpenApi.annotations({ identifier: "endSession", summary: "End a session", description: "Ends it as operator_end, silently for the user. The next text opens a new one." })
)

export class SessionsApi extends HttpApiGroup.make("sessions")
  .add(list, retrieve, messages, speak, takeover, release, end)
  .middleware(RequestErrors)
  .middleware(Access)
  .prefix("/v1/sessions")
  .annotateMerge(OpenApi.annotations({ title: "Sessions", description: "Conversations: read them, and step in as a person." }))
{}

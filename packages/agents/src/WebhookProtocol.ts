/** What a webhook agent is told, and what it may answer: JSON in snake_case on both ways. */
import type { AgentTurn } from "@parley/contract/AgentTurn"
import { DateTime, Result, Schema, SchemaIssue } from "effect"
import type { SpokenText, TurnAnswer, TurnRequest, Utterance } from "@parley/core/ports/Agent"
import { answerLimits } from "@parley/core/ports/Agent"
import { SomeMediaUrls } from "@parley/schema/MediaUrl"
import { refusal } from "@parley/schema/MessageText"

const spoken = (said: SpokenText) => ({
  message_id: said.messageId,
  author: said.author,
  text: said.text,
  media: said.media.map(({ contentType, sizeBytes, url }, index) => ({
    url,
    content_type: contentType,
    size_bytes: sizeBytes,
    path: said.author === "user" ? `/v1/messages/${said.messageId}/media/${index}` : null
  })),
  at: DateTime.formatIso(said.at)
})

/** The body of one call. */
export const requestBody = (request: TurnRequest): string => JSON.stringify(wireOf(request))

const wireOf = (request: TurnRequest): typeof AgentTurn.Encoded => ({
  turn_id: request.turnId,
  kind: request.kind,
  attempt: request.attempt,
  conversation_id: request.session.id,
  channel_type: "sms",
  session: {
    id: request.session.id,
    project: request.session.projectId,
    environment: request.session.environment,
    user_number: request.session.userNumber,
    agent_number: request.session.agentNumber,
    opening: request.session.opening,
    opened_at: DateTime.formatIso(request.session.openedAt),
    end_reason: request.session.endReason
  },
  texts: request.texts.map(spoken),
  history: request.history.map(spoken)
})

const Text = Schema.String.check(Schema.makeFilter((text: string) => refusal(text), { expected: "a text that can be sent" }))

const note = (characters: number) =>
  Schema.String.check(Schema.makeFilter((text: string) =>
    text.trim() === "" ? "must not be blank" : text.length > characters ? `must be at most ${characters} characters, not ${text.length}` :
    !text.isWellFormed() || text.includes("\u0000") ? "must hold neither NUL nor half a surrogate pair" : undefined
  ))

const maybe = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

const { messages: maxMessages } = answerLimits

/** A text, or files with a text or without. */
const Message = Schema.Union([Text, Schema.Struct({ text: maybe(Schema.Union([Schema.Literal(""), Text])), media: SomeMediaUrls })])

/** Both shapes in one; unknown keys beside known ones are ignored. */
const Answer = Schema.Struct({
  messages: maybe(Schema.Array(Message).check(Schema.makeFilter((all: ReadonlyArray<unknown>) =>
    all.length <= maxMessages ? undefined : `must hold at most ${maxMessages} messages, not ${all.length}`
  ))),
  response: maybe(Schema.Union([Schema.Literal(""), Text])),
  end: maybe(Schema.Literals(["natural_end", "user_end", true, false])),
  end_conversation: maybe(Schema.Boolean),
  handoff: maybe(Schema.Struct({ destination: note(200), reason: maybe(note(1_000)) })),
  conversation_id: maybe(Schema.String)
})

const decode = Schema.decodeUnknownResult(Answer, { errors: "all" })
const isObject = Schema.is(Schema.Record(Schema.String, Schema.Unknown))

// The default formatter says what was expected and never what was found, which may be somebody's words.
const format = SchemaIssue.makeFormatterStandardSchemaV1()

const place = (path: ReadonlyArray<PropertyKey>): string =>
  path.map((key, index) => typeof key === "number" ? `[${key}]` : index === 0 ? String(key) : `.${String(key)}`).join("") || "the answer"

/** At most three places, so that two hundred bad messages stay a sentence. */
const sentence = (issue: SchemaIssue.Issue): string =>
  format(issue).issues.slice(0, 3).map(({ message, path }) =>
    `${place((path ?? []).map((part) => typeof part === "object" ? part.key : part))} ${message === "Missing key" ? "is missing" : message.replace(/^Expected /u, "must be ")}`
  ).join("; ")

const asUtterance = (message: typeof Message.Type): Utterance => typeof message === "string" ? message : { text: message.text ?? "", media: message.media }

/** An answer that says nothing. */
export const silence: TurnAnswer = { messages: [], end: null, handoff: null }

/**
 * Reads an answer. Fails with a sentence that says what is wrong and where, without quoting the answer.
 * A hand-over wins over an end in the same answer: the user was promised somebody.
 * @param body the whole body of a 2xx other than 204
 * @param conversationId the session that was asked about; an answer that names another one is refused, because its words are for somebody else
 */
export const readAnswer = (body: Uint8Array, conversationId: string): Result.Result<TurnAnswer, string> =>
  Result.gen(function*() {
    const text = yield* Result.try({ try: () => new TextDecoder("utf-8", { fatal: true }).decode(body), catch: () => "the body is not UTF-8" })
    if (text.trim() === "") return yield* Result.fail("the body is empty: answer 204 or {} when there is nothing to say")
    const json: unknown = yield* Result.try({ try: () => JSON.parse(text), catch: () => "the body is not JSON" })
    if (!isObject(json)) return yield* Result.fail("the answer must be a JSON object")
    const keys = Object.keys(json)
    if (keys.length > 0 && !keys.some((key) => Object.hasOwn(Answer.fields, key))) {
      return yield* Result.fail(`the answer holds none of ${Object.keys(Answer.fields).join(", ")}: answer 204 or {} when there is nothing to say`)
    }
    const answer = yield* Result.mapError(decode(json), ({ issue }) => sentence(issue))
    if (answer.conversation_id != null && answer.conversation_id !== conversationId) {
      return yield* Result.fail("conversation_id names another conversation than the one that was asked about")
    }
    if (answer.messages != null && answer.response != null) return yield* Result.fail("the answer holds both messages and response: give one of them")
    const messages = answer.messages?.map(asUtterance) ?? (answer.response ? [answer.response] : [])
    if (answer.handoff != null) {
      return { messages, end: null, handoff: { destination: answer.handoff.destination, reason: answer.handoff.reason ?? null } }
    }
    const isOver = answer.end === true || answer.end_conversation === true
    return { messages, end: typeof answer.end === "string" ? answer.end : isOver ? "natural_end" : null, handoff: null }
  })

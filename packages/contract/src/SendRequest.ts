/** The body of a send: a text, or a template to make it of. */
import { MessageText } from "@parley/schema/MessageText"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { DateTime, Effect, Exit, Option, Schema, type SchemaAST, SchemaIssue, SchemaParser } from "effect"
import { Instant, wire } from "./Wire.ts"

const rfc3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/u

/** A time with its offset: without one it would be read on the server's own clock. */
const SendAt = Schema.String.annotate({
  format: "date-time",
  description: "When to send, at most 35 days ahead: RFC 3339 with an offset. Absent: now.",
  examples: ["2026-11-25T09:00:00-05:00"]
}).check(
  Schema.makeFilter((text: string) =>
    rfc3339.test(text) && Option.isSome(DateTime.make(text)) ? undefined : "must be a date and time with its offset (RFC 3339), like 2026-11-25T09:00:00-05:00"
  )
).pipe(Schema.decodeTo(Instant))

const common = {
  userNumber: PhoneNumber.annotate({ description: "The recipient, E.164." }),
  agentNumber: Schema.optionalKey(
    PhoneNumber.annotate({ description: "The sender, E.164: a number of the connector's environment. Chosen when absent." })
  )
}

const later = { sendAt: Schema.optionalKey(SendAt) }

const SendText = wire(
  "SendRequest",
  {
    message: MessageText.annotate({ description: "The text, plain. At most 1600 characters and 10 segments." }),
    ...common,
    template: Schema.optionalKey(Schema.Never),
    ...later
  },
  "A text that opens a conversation."
)

const SendTemplate = wire(
  "SendTemplate",
  {
    ...common,
    message: Schema.optionalKey(Schema.Never),
    template: Schema.NonEmptyString.annotate({ description: "The name of a template of the connector's environment." }),
    variables: Schema.optionalKey(
      Schema.Record(Schema.String, Schema.String).annotate({ description: "What stands in the template's places. Others are ignored." })
    ),
    ...later
  },
  "A template whose text opens a conversation."
)

/** Whether an issue is, among others, about this key of the body. */
const isAbout = (issue: SchemaIssue.Issue, key: string): boolean => {
  switch (issue._tag) {
    case "Pointer":
      return issue.path[0] === key
    case "Composite":
      return issue.issues.some((inner) => isAbout(inner, key))
    case "Encoding":
      return isAbout(issue.issue, key)
    default:
      return false
  }
}

const both = new SchemaIssue.Pointer(["template"], new SchemaIssue.InvalidValue({ message: "must not come with message: send one of the two" }))

/** What is wrong with the kind of body that was meant: with a template it is the second kind, otherwise the first. */
const meant = (issue: SchemaIssue.Issue, options: SchemaAST.ParseOptions): Effect.Effect<never, SchemaIssue.Issue> => {
  const [text, template] = issue._tag === "AnyOf" ? issue.issues : []
  if (text === undefined || template === undefined) return Effect.andThen(SchemaParser.decodeUnknownEffect(SendText)(null, options), Effect.fail(issue))
  if (!isAbout(text, "template")) return Effect.fail(text)
  return Effect.fail(isAbout(template, "message") ? both : template)
}

export const SendRequest = Schema.Union([SendText, SendTemplate]).pipe(
  // What was decoded without waiting is passed on as it is, which halves the cost of a plain send's body.
  Schema.middlewareDecoding((decoded, options) =>
    Exit.isExit(decoded) && Exit.isSuccess(decoded) ? decoded : Effect.catch(decoded, (issue) => meant(issue, options))
  )
)
export type SendRequest = typeof SendRequest.Type

/** The port of a carrier that can be asked to forget. An adapter's own vocabulary ends behind it. */
import { Context, type Effect, Schema } from "effect"
import type { Redaction } from "../Redaction.ts"

/** It has not forgotten. `later`: it may when asked again, as when the text is still on its way. `refused`: it wants an operator first. `never`: it will not. */
export class RedactionFailure extends Schema.TaggedError<RedactionFailure>()("RedactionFailure", {
  reason: Schema.Literals(["later", "refused", "never"]),
  /** A sentence for people. */
  detail: Schema.String
}) {}

export class Redactor extends Context.Service<Redactor, {
  /** One question. Succeeds when the carrier has the words and files of the text no longer, or no such text. */
  redact(text: Pick<Redaction, "carrierId" | "projectId">): Effect.Effect<void, RedactionFailure>
}>()("@parley/core/Redactor") {}

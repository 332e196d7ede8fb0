/** Where a project wants to be called. Which addresses may be called is judged at each call. */
import { Schema } from "effect"

export const WebhookUrl = Schema.String.check(Schema.isPattern(/^https?:\/\/\S+$/u, { message: "must be an http or https URL" }))

/** Why a send is refused, in words: the same where a caller is answered at once and where a scheduled send fails later. */
import type { NoneEligible, NoNumbers, NotProvisioned } from "./NumberSelection.ts"
import { explainRefusal } from "./NumberSelection.ts"
import type { OutboundRateExceeded, ProjectNotFound } from "./Outbound.ts"
import type { FilledTextRefused, MissingVariables, UnknownTemplate } from "./Templates.ts"

export type SendRefusal =
  | ProjectNotFound
  | OutboundRateExceeded
  | NoNumbers
  | NotProvisioned
  | NoneEligible
  | UnknownTemplate
  | MissingVariables
  | FilledTextRefused

/** `reason`: one word for programs. `detail`: a sentence for people. */
export const explain = (refusal: SendRefusal): { readonly reason: string; readonly detail: string } => {
  switch (refusal._tag) {
    case "ProjectNotFound":
      return { reason: "connector_removed", detail: "The connector's project does not exist any more." }
    case "OutboundRateExceeded":
      return {
        reason: "rate_limited",
        detail: `The project may send ${refusal.limit} texts a minute, and has. Try again in ${refusal.retryAfterSeconds} s, then back off exponentially.`
      }
    case "NoNumbers":
      return { reason: "no_numbers", detail: `No numbers are provisioned for the project in the environment "${refusal.environment}".` }
    case "NotProvisioned":
      return {
        reason: "agent_number_not_provisioned",
        detail: `agent_number is not provisioned for the project in the environment "${refusal.environment}". Leave it out to have a number chosen, or list the numbers at /v1/numbers.`
      }
    case "NoneEligible":
      return { reason: "no_eligible_number", detail: `No number may text this user: ${refusal.refusals.map(explainRefusal).join(" ")}` }
    case "UnknownTemplate":
      return { reason: "unknown_template", detail: `The environment "${refusal.environment}" has no template "${refusal.template}". List them at /v1/templates.` }
    case "MissingVariables":
      return { reason: "missing_variables", detail: `The template "${refusal.template}" needs ${refusal.names.join(", ")}: send them in variables.` }
    case "FilledTextRefused":
      return { reason: "text_refused", detail: `The text that the template "${refusal.template}" makes ${refusal.refusal}.` }
  }
}

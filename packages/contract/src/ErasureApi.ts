/** Users who are to be forgotten. */
import { ErasureStage } from "@parley/schema/Conversation"
import { ErasureId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Access, RequestErrors } from "./Access.ts"
import { NotFound } from "./Problem.ts"
import { Count, Instant, wire } from "./Wire.ts"

const ErasureReport = wire(
  "ErasureReport",
  {
    sessionsEnded: Count.annotate({ description: "Conversations that were open; they ended as operator_end, silently." }),
    sessions: Count.annotate({ description: "Conversations that are rewritten, those included." }),
    messages: Count.annotate({ description: "Texts of both sides whose words, files and user number are gone." }),
    messagesCancelled: Count.annotate({ description: "Texts that waited, and will not leave." }),
    scheduledSends: Count.annotate({ description: "Sends for later that were removed, whatever had become of them." }),
    optOutsKept: Count.annotate({ description: "Opt-outs that hold on, known by a hash of the number alone." }),
    redacted: Count.annotate({ description: "Texts whose words the carrier has erased, where the project's policy asks for it." }),
    notRedacted: Count.annotate({ description: "The same, where the carrier refused for a week." })
  },
  "What was erased so far."
)

export const Erasure = wire(
  "Erasure",
  {
    id: ErasureId,
    stage: ErasureStage.annotate({ description: "`erasing`: rows are being rewritten. `redacting`: only the carrier is still to forget. `done`: final." }),
    pseudonym: PhoneNumber.annotate({ description: "What stands in the number's place: +999 and twelve digits of chance, which nobody can be reached at." }),
    report: ErasureReport,
    requestedAt: Instant,
    finishedAt: Schema.NullOr(Instant)
  },
  "A user who is forgotten. Whatever stops it half-way, it goes on from there."
)
export type Erasure = typeof Erasure.Type

/** `202`: nothing more is sent to the user, and the rest will be done. */
export const ErasureAccepted = HttpApiSchema.WithHeaders(Erasure.pipe(HttpApiSchema.status(202)), {
  location: Schema.String.annotate({ description: "The erasure: `/v1/users/erasures/{id}`." })
})

const erase = HttpApiEndpoint.delete("erase", "/:number", { params: { number: PhoneNumber }, success: ErasureAccepted }).annotateMerge(
  OpenApi.annotations({
    identifier: "eraseUser",
    summary: "Erase a user",
    description:
      "Forgets a user in every project and environment of the account. Open conversations end at once, and what waits for the user does not leave. Then words, files and the number go from all texts and conversations, sends for later are removed, and opt-outs are kept as a hash, so that a later send is still suppressed. Erasing again while it is under way brings the same erasure. What the user texts afterwards begins anew."
  })
)

const retrieve = HttpApiEndpoint.get("retrieve", "/erasures/:id", { params: { id: ErasureId }, success: Erasure, error: NotFound }).annotateMerge(
  OpenApi.annotations({ identifier: "retrieveErasure", summary: "Retrieve an erasure", description: "How far it is, and what was erased." })
)

export class ErasureApi extends HttpApiGroup.make("users")
  .add(retrieve, erase)
  .middleware(RequestErrors)
  .middleware(Access)
  .prefix("/v1/users")
  .annotateMerge(OpenApi.annotations({ title: "Users", description: "Forget them." }))
{}

/** The connector's numbers: see them, buy, import and release. */
import { OperationId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Access, RequestErrors } from "./Access.ts"
import { AgentNumber } from "./AgentNumber.ts"
import { idempotencyHeaders } from "./Idempotency.ts"
import { NumberOperation, NumberPlan, ProvisionRequest } from "./NumberOperation.ts"
import { page, pageQuery } from "./Page.ts"
import { CarrierRefused, IdempotencyConflict, NotFound, NumberTaken } from "./Problem.ts"

const list = HttpApiEndpoint.get("list", "/", { query: pageQuery, success: page("Numbers", AgentNumber) }).annotateMerge(
  OpenApi.annotations({
    identifier: "listNumbers",
    summary: "List numbers",
    description: "The numbers of the connector's project and environment, with their registration and how much waits to be sent."
  })
)

const location = Schema.String.annotate({ description: "The operation: `/v1/numbers/operations/{id}`." })

/** `202`: the operation is durable, and is carried out from then on. */
export const ProvisionAccepted = HttpApiSchema.WithHeaders(NumberOperation.pipe(HttpApiSchema.status(202)), {
  location,
  "idempotency-replayed": Schema.optionalKey(Schema.Literal("true").annotate({ description: "The answer of an earlier call with the same key." }))
})

/** `202`: nothing new is sent from the number. */
export const ReleaseAccepted = HttpApiSchema.WithHeaders(NumberOperation.pipe(HttpApiSchema.status(202)), { location })

const provision = HttpApiEndpoint.post("provision", "/", {
  headers: idempotencyHeaders,
  payload: ProvisionRequest,
  success: [ProvisionAccepted, NumberPlan],
  error: [NotFound, NumberTaken, IdempotencyConflict, CarrierRefused]
}).annotateMerge(
  OpenApi.annotations({
    identifier: "provisionNumber",
    summary: "Buy or import a number",
    description:
      "Buys a number, or with `import` takes one that the carrier account has, has the carrier bring its texts here, and lets the project text from it. `202` means that this will be finished, or undone: follow it at `Location`. A number is never bought twice. With `dry_run` the answer is `200` and what would be done."
  })
)

const release = HttpApiEndpoint.delete("release", "/:number", {
  params: { number: PhoneNumber },
  success: ReleaseAccepted,
  error: [NotFound, NumberTaken]
}).annotateMerge(
  OpenApi.annotations({
    identifier: "releaseNumber",
    summary: "Release a number",
    description:
      "Nothing new is sent from it. Another number of the environment goes on with each of its conversations; one that no other number can text ends as operator_end. What waits to be sent leaves first; then the carrier gets the number back. Releasing again brings the same operation."
  })
)

const operation = HttpApiEndpoint.get("operation", "/operations/:id", { params: { id: OperationId }, success: NumberOperation, error: NotFound }).annotateMerge(
  OpenApi.annotations({ identifier: "retrieveNumberOperation", summary: "Retrieve an operation on a number", description: "How far a purchase, import or release is." })
)

export class NumbersApi extends HttpApiGroup.make("numbers")
  .add(list, provision, operation, release)
  .middleware(RequestErrors)
  .middleware(Access)
  .prefix("/v1/numbers")
  .annotateMerge(OpenApi.annotations({ title: "Numbers", description: "What the project texts from." }))
{}

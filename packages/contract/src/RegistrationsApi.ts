/** Registration with US and Canadian carriers: brands, campaigns, toll-free verifications. */
import { RegistrationKind, RegistrationState } from "@parley/schema/CarrierRegistration"
import { RegistrationId } from "@parley/schema/Ids"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Access, RequestErrors } from "./Access.ts"
import { idempotencyHeaders } from "./Idempotency.ts"
import { page, pageQuery } from "./Page.ts"
import { IdempotencyConflict, NotFound } from "./Problem.ts"
import { BrandSubmission, CampaignSubmission, CarrierRegistration, NumberToAttach, TollFreeSubmission } from "./Registration.ts"
import { wire } from "./Wire.ts"

/** Filters of the list of registrations; they are combined. */
export const RegistrationsQuery = wire(
  "RegistrationsQuery",
  { kind: Schema.optionalKey(RegistrationKind), state: Schema.optionalKey(RegistrationState), ...pageQuery },
  "Filters of the list of registrations."
)

/** `202`: the filing is durable, and is submitted from then on, once. */
export const RegistrationAccepted = HttpApiSchema.WithHeaders(CarrierRegistration.pipe(HttpApiSchema.status(202)), {
  location: Schema.String.annotate({ description: "The registration: `/v1/registrations/{id}`." }),
  "idempotency-replayed": Schema.optionalKey(Schema.Literal("true").annotate({ description: "The answer of an earlier call with the same key." }))
})

const filing = { headers: idempotencyHeaders, success: RegistrationAccepted, error: IdempotencyConflict } as const

const once = "`202` means that it will be submitted, once, and followed to its verdict: see it at `Location`. Every mistake that can be known beforehand is a `400` with a sentence for each."

const brand = HttpApiEndpoint.post("brand", "/brands", { ...filing, payload: BrandSubmission }).annotateMerge(
  OpenApi.annotations({ identifier: "registerBrand", summary: "Register a brand", description: `Who texts. Its trust score decides how much its campaigns may send. ${once}` })
)

const campaign = HttpApiEndpoint.post("campaign", "/campaigns", { ...filing, payload: CampaignSubmission }).annotateMerge(
  OpenApi.annotations({
    identifier: "registerCampaign",
    summary: "Register a campaign",
    description: `What a brand texts about, from long codes. It is scanned first, and what carriers would reject is a \`400\`; it is submitted once its brand is approved. Its numbers may text as soon as it is approved. ${once}`
  })
)

const tollFree = HttpApiEndpoint.post("tollFree", "/toll-free", { ...filing, payload: TollFreeSubmission }).annotateMerge(
  OpenApi.annotations({ identifier: "verifyTollFree", summary: "Have a toll-free number verified", description: `The number may text as soon as it is approved. After a rejection the same number is filed anew. ${once}` })
)

const list = HttpApiEndpoint.get("list", "/", { query: RegistrationsQuery, success: page("CarrierRegistrations", CarrierRegistration) }).annotateMerge(
  OpenApi.annotations({ identifier: "listRegistrations", summary: "List registrations", description: "The project's brands, campaigns and toll-free verifications, the newest first." })
)

const params = { id: RegistrationId }

const retrieve = HttpApiEndpoint.get("retrieve", "/:id", { params, success: CarrierRegistration, error: NotFound }).annotateMerge(
  OpenApi.annotations({ identifier: "retrieveRegistration", summary: "Retrieve a registration", description: "How it stands with the carriers, why, and what it makes of its numbers." })
)

const attach = HttpApiEndpoint.post("attach", "/:id/numbers", { params, payload: NumberToAttach, success: CarrierRegistration, error: NotFound }).annotateMerge(
  OpenApi.annotations({
    identifier: "attachNumber",
    summary: "Put a number under a campaign",
    description: "The carrier is told from then on, and the number may text once the campaign is approved. Again: nothing more."
  })
)

export class RegistrationsApi extends HttpApiGroup.make("registrations")
  .add(list, brand, campaign, tollFree, retrieve, attach)
  .middleware(RequestErrors)
  .middleware(Access)
  .prefix("/v1/registrations")
  .annotateMerge(OpenApi.annotations({ title: "Registrations", description: "Who texts and about what, as US and Canadian carriers want to know it." }))
{}

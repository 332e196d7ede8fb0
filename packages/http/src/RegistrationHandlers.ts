/** Registration with carriers on the use cases. */
import { DateTime, Effect, Schema } from "effect"
import { HttpApiBuilder, HttpApiSchema } from "effect/http-api"
import { Caller } from "@parley/contract/Access"
import { Api } from "@parley/contract/Api"
import { defaultLimit } from "@parley/contract/Page"
import { BadRequest, NotFound } from "@parley/contract/Problem"
import type { CarrierRegistration } from "@parley/contract/Registration"
import { BrandSubmission, CampaignSubmission, TollFreeSubmission } from "@parley/contract/Registration"
import * as Core from "@parley/core/CarrierRegistration"
import { capOf } from "@parley/core/DailyCap"
import { RegistrationStore } from "@parley/core/ports/RegistrationStore"
import { sharedPace } from "@parley/core/RegisteredNumbers"
import * as Registrations from "@parley/core/Registrations"
import { cursor } from "./ConversationHandlers.ts"
import * as Idempotency from "./IdempotencyKey.ts"
import { storeAway } from "./StoreProblem.ts"

const nameOf = ({ filing }: Core.CarrierRegistration) => filing.kind === "brand" ? filing.name : filing.kind === "campaign" ? filing.brandName : filing.businessName

const resource = Effect.fnUntraced(function*(registration: Core.CarrierRegistration) {
  const store = yield* RegistrationStore
  const now = yield* DateTime.now
  const numbers = yield* store.numbersOf(registration.id)
  const { filing } = registration
  const shown: CarrierRegistration = {
    id: registration.id,
    kind: filing.kind,
    name: nameOf(registration),
    state: registration.state,
    brand: filing.kind === "campaign" ? filing.brand : null,
    carrierId: registration.carrierId,
    trustScore: registration.trustScore,
    segmentsPerSecond: yield* sharedPace(registration),
    dailySegments: capOf(registration),
    numbers: numbers.map((link) => ({ number: link.number, registration: Core.registrationOf(registration, link, now), waitingFor: Core.waitingFor(registration, link, now) })),
    trouble: registration.trouble,
    nextCheckAt: registration.dueAt,
    changedAt: registration.changedAt,
    createdAt: registration.createdAt,
    updatedAt: registration.updatedAt
  }
  return shown
})

const refusals = {
  ...storeAway,
  InvalidFiling: ({ mistakes }: Registrations.InvalidFiling) =>
    Effect.fail(new BadRequest({ detail: mistakes.map(({ detail, path }) => `${path} ${detail.replace(/\.$/u, "")}.`).join(" "), errors: mistakes })),
  RegistrationNotFound: () => Effect.fail(new NotFound({ detail: "No registration of this kind has this id in your project." }))
}

const accept = Effect.fnUntraced(function*(filing: Core.Filing, key: string | undefined, body: () => string) {
  const caller = yield* Caller
  const keyed = Idempotency.keyed(caller, `registrations/${filing.kind}`, key, body)
  const { registration, replayed } = yield* Registrations.create({ accountId: caller.accountId, projectId: caller.projectId }, filing, keyed)
  return HttpApiSchema.withHeaders({
    body: yield* resource(registration),
    headers: { location: `/v1/registrations/${registration.id}`, ...Idempotency.replayHeader(replayed) }
  })
}, Effect.catchTags({ ...storeAway, InvalidFiling: refusals.InvalidFiling, IdempotencyConflict: Idempotency.conflict }))

const encodeBrand = Schema.encodeSync(Schema.fromJsonString(BrandSubmission))
const encodeCampaign = Schema.encodeSync(Schema.fromJsonString(CampaignSubmission))
const encodeTollFree = Schema.encodeSync(Schema.fromJsonString(TollFreeSubmission))

export const layer = HttpApiBuilder.group(Api, "registrations", (handlers) =>
  handlers.handleAll({
    brand: ({ headers, payload }) => accept({ kind: "brand", ...payload }, headers.idempotencyKey, () => encodeBrand(payload)),
    campaign: ({ headers, payload }) => accept({ kind: "campaign", ...payload }, headers.idempotencyKey, () => encodeCampaign(payload)),
    tollFree: ({ headers, payload }) => accept({ kind: "toll_free", ...payload }, headers.idempotencyKey, () => encodeTollFree(payload)),

    list: Effect.fnUntraced(function*({ query }) {
      const store = yield* RegistrationStore
      const { accountId, projectId } = yield* Caller
      const { cursor: given, limit = defaultLimit, ...filter } = query
      const from = yield* cursor(given, (text) => text.startsWith("reg_"))
      const page = yield* store.list({ ...filter, accountId, projectId }, { limit, cursor: from })
      return { data: yield* Effect.forEach(page.items, resource), nextCursor: page.next }
    }, Effect.catchTags(storeAway)),

    retrieve: Effect.fnUntraced(function*({ params }) {
      const { accountId, projectId } = yield* Caller
      return yield* resource(yield* Registrations.retrieve({ accountId, projectId }, params.id))
    }, Effect.catchTags({ ...storeAway, RegistrationNotFound: refusals.RegistrationNotFound })),

    attach: Effect.fnUntraced(function*({ params, payload }) {
      const { accountId, projectId } = yield* Caller
      return yield* resource(yield* Registrations.attach({ accountId, projectId }, params.id, payload.number))
    }, Effect.catchTags(refusals))
  }))

/** Numbers on the use cases: those that the project has, those for sale, and the operations that bring them and give them back. */
import { Effect, Option, Schema } from "effect"
import { HttpApiBuilder, HttpApiSchema } from "effect/http-api"
import { Caller } from "@parley/contract/Access"
import { Api } from "@parley/contract/Api"
import type { NumberOperation } from "@parley/contract/NumberOperation"
import { ProvisionRequest } from "@parley/contract/NumberOperation"
import { defaultLimit } from "@parley/contract/Page"
import { BadRequest, CarrierRefused, NotFound, NumberTaken, ServiceUnavailable } from "@parley/contract/Problem"
import { isPhoneNumber } from "@parley/schema/PhoneNumber"
import { CurrentAvailability } from "@parley/core/Availability"
import { mediaRefusal } from "@parley/core/Compliance"
import type * as Core from "@parley/core/NumberOperation"
import * as NumberProvisioning from "@parley/core/NumberProvisioning"
import { Directory } from "@parley/core/ports/Directory"
import { MessageStore } from "@parley/core/ports/MessageStore"
import type { MarketFailure } from "@parley/core/ports/NumberMarket"
import { RegistrationStore } from "@parley/core/ports/RegistrationStore"
import { waiting } from "@parley/core/RegisteredNumbers"
import { cursor } from "./ConversationHandlers.ts"
import * as Idempotency from "./IdempotencyKey.ts"
import * as Resource from "./Resources.ts"
import { storeAway } from "./StoreProblem.ts"

// Longer queues are shown as this many.
const countedQueue = 10_000

const resource = (operation: Core.NumberOperation): NumberOperation => ({
  id: operation.id,
  kind: operation.kind,
  number: operation.number,
  environment: operation.environment,
  stage: operation.stage,
  trouble: operation.trouble,
  createdAt: operation.createdAt,
  updatedAt: operation.updatedAt
})

const location = ({ id }: Core.NumberOperation) => `/v1/numbers/operations/${id}`

const taken = {
  project: "A project has this number already. Release it there first; to set it up anew in its own environment, import it.",
  operation: "An operation on this number is under way. Wait until it is over.",
  account: "The carrier account has this number already. Import it: { \"number\": …, \"import\": true }."
} as const

/** What asking the carrier may bring. */
const fromMarket = {
  MarketFailure: (failure: MarketFailure) =>
    Effect.fail(
      failure.retryable
        ? new ServiceUnavailable({ detail: `The carrier can't tell now. ${failure.detail} Try again shortly.`, retry_after: 5 })
        : new CarrierRefused({ detail: failure.code === null ? failure.detail : `${failure.detail} (${failure.code})` })
    )
}

const refusals = {
  ...storeAway,
  ...fromMarket,
  NumberTaken: ({ by }: NumberProvisioning.NumberTaken) => Effect.fail(new NumberTaken({ detail: taken[by] })),
  NothingForSale: () => Effect.fail(new NumberTaken({ detail: "The carrier sells no number like that, or only ones that want papers first. Search at /v1/available-numbers." })),
  CampaignNotFit: ({ detail }: NumberProvisioning.CampaignNotFit) => Effect.fail(wrong("campaign", detail)),
  NotOnAccount: () => Effect.fail(new NotFound({ detail: "The project's carrier account does not have this number." })),
  NoInboundAddress: () => Effect.fail(new ServiceUnavailable({ detail: "The gateway has no public address that the carrier could bring texts to. Its operator has to set PUBLIC_URL." }))
}

const wrong = (path: string, detail: string) => new BadRequest({ detail: `${path} ${detail}.`, errors: [{ path, detail }] })

/** What the fields ask for together. */
const asked = (payload: ProvisionRequest, caller: Caller["Service"]): Effect.Effect<NumberProvisioning.ProvisionRequest, BadRequest> => {
  const { areaCode, campaign, contains, country, environment, import: isImport = false, number, registration, type } = payload
  if (isImport && number === undefined) return Effect.fail(wrong("number", "is required with import"))
  if (number === undefined && country === undefined) return Effect.fail(wrong("number", "is required, or a country to choose a number in"))
  const wish = country === undefined ? null : { country, type: type ?? "local", areaCode: areaCode ?? null, contains: contains ?? null } as const
  const wanted = number ?? wish
  if (wanted === null) return Effect.fail(wrong("country", "is required"))
  return Effect.succeed({
    owner: { accountId: caller.accountId, projectId: caller.projectId },
    environment: environment ?? caller.environment,
    wanted,
    isImport,
    registration: registration ?? null,
    campaign: campaign ?? null
  })
}

const encodeBody = Schema.encodeSync(Schema.fromJsonString(ProvisionRequest))

export const numbers = HttpApiBuilder.group(Api, "numbers", (handlers) =>
  handlers.handleAll({
    list: Effect.fnUntraced(function*({ query }) {
      const directory = yield* Directory
      const store = yield* MessageStore
      const registrations = yield* RegistrationStore
      const table = yield* CurrentAvailability
      const { environment, projectId } = yield* Caller
      const from = yield* cursor(query.cursor, isPhoneNumber)
      const limit = query.limit ?? defaultLimit
      const all = yield* directory.numbers(projectId, environment)
      const rest = from === null ? all : all.filter(({ number }) => number > from)
      const shown = rest.slice(0, limit)
      const data = yield* Effect.forEach(shown, Effect.fnUntraced(function*(number) {
        const link = Option.getOrNull(yield* registrations.number(number.number))
        return Resource.agentNumber(number, {
          registrationId: link?.registrationId ?? null,
          waitingFor: yield* waiting(number),
          mms: mediaRefusal(number, number.country, table) === undefined,
          queued: yield* store.queueLength(number.number, countedQueue)
        })
      }))
      return { data, nextCursor: rest.length > limit ? shown.at(-1)?.number ?? null : null }
    }, Effect.catchTags(storeAway)),

    provision: Effect.fnUntraced(function*({ headers, payload }) {
      const caller = yield* Caller
      const request = yield* asked(payload, caller)
      if (payload.dryRun === true) return yield* NumberProvisioning.plan(request)
      const keyed = Idempotency.keyed(caller, "numbers", headers.idempotencyKey, () => encodeBody(payload))
      const { operation, replayed } = yield* NumberProvisioning.provision(request, keyed)
      return HttpApiSchema.withHeaders({ body: resource(operation), headers: { location: location(operation), ...Idempotency.replayHeader(replayed) } })
    }, Effect.catchTags({ ...refusals, IdempotencyConflict: Idempotency.conflict })),

    operation: Effect.fnUntraced(function*({ params }) {
      const caller = yield* Caller
      const found = Option.getOrNull(yield* NumberProvisioning.operation(caller, params.id))
      return found === null ? yield* new NotFound({ detail: "No operation has this id in your project." }) : resource(found)
    }, Effect.catchTags(storeAway)),

    release: Effect.fnUntraced(function*({ params }) {
      const { accountId, projectId } = yield* Caller
      const operation = yield* NumberProvisioning.release({ accountId, projectId }, params.number)
      return HttpApiSchema.withHeaders({ body: resource(operation), headers: { location: location(operation) } })
    }, Effect.catchTags({
      ...storeAway,
      NumberTaken: refusals.NumberTaken,
      NumberNotFound: () => Effect.fail(new NotFound({ detail: "The project does not have this number." }))
    }))
  }))

export const availableNumbers = HttpApiBuilder.group(Api, "availableNumbers", (handlers) =>
  handlers.handle("search", Effect.fnUntraced(function*({ query }) {
    const caller = yield* Caller
    const { areaCode, contains, country, limit = defaultLimit, type } = query
    const wish = { country, type: type ?? "local", areaCode: areaCode ?? null, contains: contains ?? null } as const
    return { data: yield* NumberProvisioning.search(caller, wish, limit) }
  }, Effect.catchTags(fromMarket))))

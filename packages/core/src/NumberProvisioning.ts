/** What an operator asks of a project's numbers. What is accepted is a row: it is carried out from then on, whatever stops in between. */
import { Array, DateTime, Effect, Option, Schema } from "effect"
import type { Environment } from "@parley/schema/Environment"
import { OperationId } from "@parley/schema/Ids"
import type { AccountId, ProjectId, RegistrationId } from "@parley/schema/Ids"
import { areaCodeOf, countryOf, isNorthAmericanTollFree } from "@parley/schema/NumberPlan"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { MarketType, Price } from "@parley/schema/Provisioning"
import type { Registration, SenderType } from "@parley/schema/Sender"
import * as AuditLog from "./AuditLog.ts"
import { CurrentAvailability } from "./Availability.ts"
import type { Keyed } from "./Idempotency.ts"
import { recall, remember } from "./Idempotency.ts"
import { Ids } from "./Ids.ts"
import { nameOf } from "./CarrierRegistration.ts"
import { begin, isFinal, type NumberOperation } from "./NumberOperation.ts"
import { isFree } from "./NumberPurchase.ts"
import { Directory } from "./ports/Directory.ts"
import { NumberMarket, type NumberOffer, type NumberWish } from "./ports/NumberMarket.ts"
import { OperationStore } from "./ports/OperationStore.ts"
import { RegistrationStore } from "./ports/RegistrationStore.ts"
import { Transactor } from "./ports/Store.ts"
import { poolOf } from "./Project.ts"
import { initialRegistration, usualSegmentsPerSecond } from "./Throughput.ts"

export interface Owner {
  readonly accountId: AccountId
  readonly projectId: ProjectId
}

export interface ProvisionRequest {
  readonly owner: Owner
  readonly environment: Environment
  /** This very number, or the first for sale that fits. */
  readonly wanted: PhoneNumber | NumberWish
  /** The carrier account has the number already. */
  readonly isImport: boolean
  /** Null: nobody has registered it, as far as the caller knows. */
  readonly registration: Registration | null
  /** The campaign, registered here, that it is to text under. */
  readonly campaign: RegistrationId | null
}

/** What an operation would do. */
export interface ProvisionPlan {
  readonly number: PhoneNumber
  /** Sentences, in order. */
  readonly steps: ReadonlyArray<string>
  /** Null where the carrier does not tell, and where nothing is bought. */
  readonly monthlyPrice: Price | null
}

/** `project`: some project here has it. `operation`: an operation on it is under way. `account`: the carrier account has it; import it. */
export class NumberTaken extends Schema.TaggedError<NumberTaken>()("NumberTaken", {
  number: PhoneNumber,
  by: Schema.Literals(["project", "operation", "account"])
}) {}

/** The carrier sells no number like that, or only ones that want papers first. */
export class NothingForSale extends Schema.TaggedError<NothingForSale>()("NothingForSale", {}) {}

/** The carrier account does not have the number. */
export class NotOnAccount extends Schema.TaggedError<NotOnAccount>()("NotOnAccount", { number: PhoneNumber }) {}

/** The project does not have the number. */
export class NumberNotFound extends Schema.TaggedError<NumberNotFound>()("NumberNotFound", { number: PhoneNumber }) {}

/** The project has no such campaign, or the number is none that campaigns are for. */
export class CampaignNotFit extends Schema.TaggedError<CampaignNotFit>()("CampaignNotFit", { detail: Schema.String }) {}

/** The carrier could bring no text here: the gateway's public address is not set. */
export class NoInboundAddress extends Schema.TaggedError<NoInboundAddress>()("NoInboundAddress", {}) {}

// Enough that some are left when others of this search are being bought.
const offersSeen = 20

interface Candidate {
  readonly number: PhoneNumber
  readonly offer: NumberOffer | null
}

const ownType: Readonly<Record<MarketType, SenderType>> = { local: "long_code", mobile: "mobile", toll_free: "toll_free" }

/** What may be had, best first: nothing was bought yet. */
const candidates = Effect.fnUntraced(function*({ isImport, owner, wanted }: ProvisionRequest) {
  const market = yield* NumberMarket
  if (typeof wanted !== "string") {
    const offers = yield* market.search(owner.projectId, wanted, offersSeen)
    return offers.filter(({ needsAddress }) => !needsAddress).map((offer): Candidate => ({ number: offer.number, offer }))
  }
  const owned = yield* market.find(owner.projectId, wanted)
  if (isImport && Option.isNone(owned)) return yield* new NotOnAccount({ number: wanted })
  if (!isImport && Option.isSome(owned)) return yield* new NumberTaken({ number: wanted, by: "account" })
  return [{ number: wanted, offer: null }] satisfies ReadonlyArray<Candidate>
})

/** An import may name a number that its project and environment have already: it is set up anew. */
const refusalOf = Effect.fnUntraced(function*(number: PhoneNumber, { environment, isImport, owner }: ProvisionRequest) {
  const directory = yield* Directory
  const operations = yield* OperationStore
  if (Option.exists(yield* operations.latest(number), (latest) => !isFinal(latest))) return new NumberTaken({ number, by: "operation" })
  const known = yield* directory.number(number)
  const isOwn = Option.exists(known, (known) => known.projectId === owner.projectId && known.environment === environment)
  return Option.isNone(known) || (isImport && isOwn) ? null : new NumberTaken({ number, by: "project" })
})

const choose = Effect.fnUntraced(function*(request: ProvisionRequest, from: ReadonlyArray<Candidate>) {
  if (typeof request.wanted === "string") {
    const refusal = yield* refusalOf(request.wanted, request)
    if (refusal !== null) return yield* refusal
  }
  for (const candidate of from) if (typeof request.wanted === "string" || (yield* isFree(candidate.number))) return candidate
  return yield* new NothingForSale()
})

const addressFor = Effect.fnUntraced(function*({ environment, owner: { projectId } }: ProvisionRequest) {
  const market = yield* NumberMarket
  const address = market.inboundAddress({ projectId, environment })
  return address === null ? yield* new NoInboundAddress() : address
})

/** Fails where a campaign is named that the number can't text under. */
const campaignFor = Effect.fnUntraced(function*({ campaign, owner, wanted }: ProvisionRequest) {
  if (campaign === null) return null
  const found = Option.getOrNull(yield* (yield* RegistrationStore).get(campaign))
  if (found === null || found.filing.kind !== "campaign" || found.accountId !== owner.accountId || found.projectId !== owner.projectId) {
    return yield* new CampaignNotFit({ detail: "is not a campaign of this project: register one first" })
  }
  const isTollFree = typeof wanted === "string" ? isNorthAmericanTollFree(wanted) : wanted.type === "toll_free"
  const country = typeof wanted === "string" ? countryOf(wanted) : wanted.country
  if (isTollFree || (country !== "US" && country !== "CA")) return yield* new CampaignNotFit({ detail: "is for US and Canadian long codes alone" })
  return found
})

/** Numbers for sale that can text. */
export const search = Effect.fn("NumberProvisioning.search")(function*(owner: Owner, wish: NumberWish, limit: number) {
  return yield* (yield* NumberMarket).search(owner.projectId, wish, limit)
})

/** What `provision` would do now. Buys and writes nothing. */
export const plan = Effect.fn("NumberProvisioning.plan")(function*(request: ProvisionRequest) {
  const table = yield* CurrentAvailability
  const address = yield* addressFor(request)
  const campaign = yield* campaignFor(request)
  const chosen = yield* choose(request, yield* candidates(request))
  const { number } = chosen
  const offer = chosen.offer ?? (request.isImport ? null : yield* offerOf(request, number))
  if (offer === null && !request.isImport) return yield* new NothingForSale()
  const country = offer?.country ?? countryOf(number)
  const type = offer === null ? isNorthAmericanTollFree(number) ? "toll_free" : "long_code" : ownType[offer.type]
  const registration = request.registration ?? (country === undefined ? "not_required" : initialRegistration(country))
  const pace = country === undefined ? null : usualSegmentsPerSecond(table, country, type, registration)
  const project = yield* (yield* Directory).project(request.owner.projectId)
  const pool = Option.match(project, { onNone: () => null, onSome: (project) => poolOf(project, request.environment) })
  const first = request.isImport ? `Look up ${number} in the carrier account.` : `Buy ${number} (${type}, ${country}) from the carrier, bearing the operation's id.`
  const made: ProvisionPlan = {
    number,
    steps: [
      first,
      `Have the carrier bring its texts to ${address}`,
      ...(pool === null ? [] : [`Let the carrier's pool ${pool} choose it.`]),
      `Let project ${request.owner.projectId} text from it in ${request.environment}${pace === null ? "" : `, at ${pace} ${pace === 1 ? "segment" : "segments"} a second (registration ${registration})`}.`,
      ...(campaign !== null
        ? [`Put it under ${nameOf(campaign)} (${campaign.state}); it may text once that is approved.`]
        : request.environment === "live" && registration === "unregistered"
        ? [type === "toll_free" ? "Carriers block its texts until its verification is approved: have it verified with parley registration toll-free." : "Carriers block its texts until it is under an approved campaign: name one, or put it under one later."]
        : [])
    ],
    monthlyPrice: offer?.monthlyPrice ?? null
  }
  return made
})

/** A number that somebody names, as the carrier sells it. */
const offerOf = Effect.fnUntraced(function*({ owner }: ProvisionRequest, number: PhoneNumber) {
  const market = yield* NumberMarket
  const country = countryOf(number)
  if (country === undefined) return null
  const types: ReadonlyArray<MarketType> = isNorthAmericanTollFree(number) ? ["toll_free"] : ["local", "mobile"]
  for (const type of types) {
    const offers = yield* market.search(owner.projectId, { country, type, areaCode: areaCodeOf(number) ?? null, contains: number.slice(1) }, offersSeen)
    const found = Array.findFirst(offers, (offer) => offer.number === number)
    if (Option.isSome(found)) return found.value
  }
  return null
})

/** Accepts a purchase or an import. The operation is durable when this succeeds, and is carried out from then on. */
export const provision = Effect.fn("NumberProvisioning.provision")(function*(request: ProvisionRequest, idempotency: Keyed | null) {
  const { transact } = yield* Transactor
  const earlier = yield* replayed(idempotency)
  if (earlier !== null) return { operation: earlier, replayed: true }
  yield* addressFor(request)
  yield* campaignFor(request)
  const from = yield* candidates(request)
  return yield* transact(Effect.gen(function*() {
    const operations = yield* OperationStore
    // A repeat may have come while the carrier was asked.
    const meanwhile = yield* replayed(idempotency)
    if (meanwhile !== null) return { operation: meanwhile, replayed: true }
    const { number } = yield* choose(request, from)
    const operation = begin(
      {
        ...request.owner,
        id: yield* (yield* Ids).operation,
        environment: request.environment,
        kind: request.isImport ? "import" : "buy",
        number,
        wish: typeof request.wanted === "string" ? null : request.wanted,
        registration: request.registration,
        campaign: request.campaign
      },
      yield* DateTime.now
    )
    yield* operations.insert(operation)
    yield* AuditLog.append({ ...request.owner, action: request.isImport ? "number.import_begun" : "number.purchase_begun", subject: number, detail: operation.id })
    yield* remember(idempotency, 202, operation.id)
    return { operation, replayed: false }
  }))
})

const replayed = Effect.fnUntraced(function*(idempotency: Keyed | null) {
  const operations = yield* OperationStore
  const id = Option.flatMap(yield* recall(idempotency), Schema.decodeOption(OperationId))
  return Option.isNone(id) ? null : Option.getOrNull(yield* operations.get(id.value))
})

/** Accepts a release; nothing new is sent from the number from then on. A repeat brings the release that is under way. */
export const release = Effect.fn("NumberProvisioning.release")(function*(owner: Owner, number: PhoneNumber) {
  const { transact } = yield* Transactor
  return yield* transact(Effect.gen(function*() {
    const directory = yield* Directory
    const operations = yield* OperationStore
    const known = Option.filter(yield* directory.number(number), ({ projectId }) => projectId === owner.projectId)
    if (Option.isNone(known)) return yield* new NumberNotFound({ number })
    const latest = Option.filter(yield* operations.latest(number), (latest) => !isFinal(latest))
    if (Option.isSome(latest)) return latest.value.kind === "release" ? latest.value : yield* new NumberTaken({ number, by: "operation" })
    const operation = begin(
      { ...owner, id: yield* (yield* Ids).operation, environment: known.value.environment, kind: "release", number, wish: null, registration: null },
      yield* DateTime.now
    )
    yield* directory.putNumber({ ...known.value, retiring: true })
    yield* operations.insert(operation)
    yield* AuditLog.append({ ...owner, action: "number.release_begun", subject: number, detail: operation.id })
    return operation
  }))
})

/** An operation of this project. */
export const operation = Effect.fn("NumberProvisioning.operation")(function*(owner: Owner, id: OperationId) {
  const operations = yield* OperationStore
  return Option.filter(yield* operations.get(id), (found: NumberOperation) => found.projectId === owner.projectId)
})

import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import type * as Http from "node:http"
import * as Samples from "@parley/conformance/Samples"
import type { Country } from "@parley/schema/Country"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { CarrierRegistration, Filing } from "@parley/core/CarrierRegistration"
import { CarrierRegistrations, type RegistrationFailure } from "@parley/core/ports/CarrierRegistrations"
import * as TwilioRegistrations from "../src/TwilioRegistrations.ts"
import { closedPort, json, type Recorded, serve } from "./LoopbackServer.ts"
import { accountFor, accountSid } from "./Texts.ts"

const sid = (prefix: string, digit = "1") => prefix + digit.repeat(32)
const project = Samples.project()
const brandFiling = { kind: "brand", name: "Harbor Family Clinic", type: "standard", customerProfile: sid("BU"), messagingProfile: sid("BU", "2") } as const
const brand = Samples.registration(project, brandFiling)
const campaign = Samples.registration(project, Samples.campaignFiling(brand.id, { optInKeywords: ["JOIN", "YES"], helpMessage: "Harbor Family Clinic: call us. Reply STOP to opt out.", privacyPolicyUrl: "https://harbor.example.com/privacy" }))
const number = PhoneNumber.make("+18005550142")
const tollFreeFiling: Filing = {
  kind: "toll_free",
  number,
  businessName: "Harbor Family Clinic, Inc.",
  businessWebsite: "https://harbor.example.com",
  businessType: "PRIVATE_PROFIT",
  businessRegistrationNumber: "12-3456789",
  businessRegistrationAuthority: "EIN",
  businessRegistrationCountry: "US" as Country,
  street: "1 Harbor Street",
  city: "Portland",
  region: "ME",
  postalCode: "04101",
  country: "US" as Country,
  contactFirstName: "Ada",
  contactLastName: "Lovelace",
  contactEmail: "ada@harbor.example.com",
  contactPhone: PhoneNumber.make("+15005550123"),
  notificationEmail: "ada@harbor.example.com",
  useCases: ["ACCOUNT_NOTIFICATIONS", "CUSTOMER_CARE"],
  useCaseSummary: "Reminders.",
  messageSample: "Harbor Family Clinic: See you.",
  optInType: "WEB_FORM",
  optInImageUrls: ["https://harbor.example.com/1.png", "https://harbor.example.com/2.png"],
  monthlyVolume: "1,000"
}
const tollFree = Samples.registration(project, tollFreeFiling)

/** As Twilio's API reference shows them, cut to what matters and with ids of this test. */
const brandBody = (fields: object = {}) => ({ sid: sid("BN"), account_sid: accountSid, a2p_profile_bundle_sid: sid("BU", "2"), customer_profile_bundle_sid: sid("BU"), brand_type: "STANDARD", status: "PENDING", brand_score: null, failure_reason: null, errors: [], tcr_id: null, mock: false, ...fields })
const campaignBodyOf = (fields: object = {}) => ({ sid: sid("QE"), account_sid: accountSid, brand_registration_sid: sid("BN"), messaging_service_sid: sid("MG"), campaign_status: "IN_PROGRESS", errors: [], ...fields })
const verification = (fields: object = {}) => ({ sid: sid("HH"), tollfree_phone_number_sid: sid("PN"), status: "PENDING_REVIEW", rejection_reason: null, rejection_reasons: null, error_code: null, ...fields })
const list = (key: string, ...items: ReadonlyArray<object>) => ({ meta: { key, next_page_url: null }, [key]: items })
const owned = { incoming_phone_numbers: [{ sid: sid("PN"), phone_number: number }] }

type Answer = (asked: Recorded, response: Http.ServerResponse) => void

/** Answers by method and the end of the path. */
const routes = (table: Readonly<Record<string, unknown>>): Answer => ({ method, url }, response) => {
  const path = url.split("?")[0] ?? ""
  const found = Object.entries(table).find(([key]) => key.startsWith(`${method} `) && path.endsWith(key.slice(method.length + 1)))?.[1]
  if (found === undefined) return json(response, 404, { code: 20404, message: "Not found", status: 404 })
  if (typeof found === "function") return (found as (response: Http.ServerResponse) => void)(response)
  json(response, method === "POST" ? 201 : 200, found)
}
const refuses = (status: number, code: number) => (response: Http.ServerResponse) => json(response, status, { code, message: "No.", status })

const withCarrier = <A>(answer: Answer, use: (carrier: CarrierRegistrations["Service"]) => Effect.Effect<A, RegistrationFailure>) =>
  Effect.gen(function*() {
    const { asked, baseUrl } = yield* serve(answer)
    const result = yield* Effect.flatMap(CarrierRegistrations, use).pipe(Effect.provide(TwilioRegistrations.layer({ accountFor, baseUrl, timeout: Duration.seconds(2) })), Effect.result)
    return { asked, result, posts: asked.filter(({ method }) => method === "POST") }
  })

const submission = (registration: CarrierRegistration) => ({ registration, brandCarrierId: sid("BN") })
const found = (result: unknown) => result as { readonly success: unknown }
const failure = (result: unknown) => {
  const { code, reason } = (result as { readonly failure: RegistrationFailure }).failure
  return [reason, code]
}

describe("TwilioRegistrations.submit", () => {
  it.effect("files a brand once, as Twilio's form has it", () =>
    Effect.gen(function*() {
      const { posts, result } = yield* withCarrier(routes({ "GET BrandRegistrations": list("data"), "POST BrandRegistrations": brandBody() }), (carrier) => carrier.submit(submission(brand)))
      assert.deepStrictEqual(found(result).success, { carrierId: sid("BN"), poolId: null })
      assert.deepStrictEqual(posts.map(({ url }) => url), ["/v1/a2p/BrandRegistrations"])
      assert.deepStrictEqual(Object.fromEntries(posts[0]?.form ?? []), { CustomerProfileBundleSid: sid("BU"), A2PProfileBundleSid: sid("BU", "2"), BrandType: "STANDARD" })
    }))

  it.effect("skips the vetting of a low-volume brand, and asks for another look at one that failed before", () =>
    Effect.gen(function*() {
      const low = Samples.registration(project, { ...brandFiling, type: "low_volume" })
      const first = yield* withCarrier(routes({ "GET BrandRegistrations": list("data"), "POST BrandRegistrations": brandBody() }), (carrier) => carrier.submit(submission(low)))
      assert.strictEqual(first.posts[0]?.form.get("SkipAutomaticSecVet"), "true")
      const failed = routes({ "GET BrandRegistrations": list("data", brandBody({ status: "FAILED" })), [`POST ${sid("BN")}`]: brandBody() })
      const again = yield* withCarrier(failed, (carrier) => carrier.submit(submission(low)))
      assert.deepStrictEqual(again.posts.map(({ url }) => url), [`/v1/a2p/BrandRegistrations/${sid("BN")}`])
    }))

  it.effect("files a campaign in a Messaging Service that bears its id and leaves its numbers' webhooks alone", () =>
    Effect.gen(function*() {
      const { posts, result } = yield* withCarrier(routes({ "GET Services": list("services"), "POST Services": { sid: sid("MG") }, "POST Usa2p": campaignBodyOf() }), (carrier) => carrier.submit(submission(campaign)))
      assert.deepStrictEqual(found(result).success, { carrierId: sid("QE"), poolId: sid("MG") })
      assert.deepStrictEqual(posts.map(({ url }) => url), ["/v1/Services", `/v1/Services/${sid("MG")}/Compliance/Usa2p`])
      assert.deepStrictEqual(Object.fromEntries(posts[0]?.form ?? []), { FriendlyName: campaign.id, UseInboundWebhookOnNumber: "true", Usecase: "undeclared" })
      const form = posts[1]?.form ?? new URLSearchParams()
      const filing = Samples.campaignFiling(brand.id)
      assert.deepStrictEqual(form.getAll("MessageSamples"), [...filing.messageSamples])
      assert.deepStrictEqual(form.getAll("OptInKeywords"), ["JOIN", "YES"])
      assert.deepStrictEqual(["BrandRegistrationSid", "Description", "MessageFlow", "UsAppToPersonUsecase", "HasEmbeddedLinks", "HasEmbeddedPhone", "SubscriberOptIn", "PrivacyPolicyUrl"].map((name) => form.get(name)), [
        sid("BN"), filing.description, filing.messageFlow, "ACCOUNT_NOTIFICATION", "false", "false", "true", "https://harbor.example.com/privacy"
      ])
    }))

  it.effect("files a campaign in the caller's own Messaging Service, correcting one that failed there", () =>
    Effect.gen(function*() {
      const own = Samples.registration(project, Samples.campaignFiling(brand.id, { pool: sid("MG", "9") }))
      const fresh = yield* withCarrier(routes({ "GET Usa2p": list("compliance"), "POST Usa2p": campaignBodyOf() }), (carrier) => carrier.submit(submission(own)))
      assert.deepStrictEqual(fresh.posts.map(({ url }) => url), [`/v1/Services/${sid("MG", "9")}/Compliance/Usa2p`])
      const failed = routes({ "GET Usa2p": list("compliance", campaignBodyOf({ campaign_status: "FAILED" })), [`POST ${sid("QE")}`]: campaignBodyOf() })
      const again = yield* withCarrier(failed, (carrier) => carrier.submit(submission(own)))
      assert.deepStrictEqual(again.posts.map(({ form, url }) => [url, form.get("AgeGated")]), [[`/v1/Services/${sid("MG", "9")}/Compliance/Usa2p/${sid("QE")}`, "false"]])
    }))

  it.effect("files a toll-free number by Twilio's id of it, and corrects a verification that was rejected", () =>
    Effect.gen(function*() {
      const fresh = yield* withCarrier(routes({ "GET IncomingPhoneNumbers.json": owned, "GET Verifications": list("verifications"), "POST Verifications": verification() }), (carrier) => carrier.submit(submission(tollFree)))
      const form = fresh.posts[0]?.form ?? new URLSearchParams()
      assert.deepStrictEqual(form.getAll("UseCaseCategories"), ["ACCOUNT_NOTIFICATIONS", "CUSTOMER_CARE"])
      assert.deepStrictEqual(form.getAll("OptInImageUrls").length, 2)
      assert.deepStrictEqual(["TollfreePhoneNumberSid", "ExternalReferenceId", "MessageVolume", "BusinessRegistrationAuthority", "BusinessPostalCode"].map((name) => form.get(name)), [sid("PN"), tollFree.id, "1,000", "EIN", "04101"])
      const rejected = routes({ "GET IncomingPhoneNumbers.json": owned, "GET Verifications": list("verifications", verification({ status: "TWILIO_REJECTED" })), [`POST ${sid("HH")}`]: verification() })
      const again = yield* withCarrier(rejected, (carrier) => carrier.submit(submission(tollFree)))
      assert.deepStrictEqual(again.posts.map(({ form, url }) => [url, form.has("TollfreePhoneNumberSid"), form.get("BusinessName")]), [[`/v1/Tollfree/Verifications/${sid("HH")}`, false, "Harbor Family Clinic, Inc."]])
    }))

  const answers: ReadonlyArray<readonly [string, (response: Http.ServerResponse) => void, ReadonlyArray<string | null>]> = [
    ["a form that is refused", refuses(400, 20001), ["rejected", "20001"]],
    ["wrong credentials", refuses(401, 20003), ["refused", "20003"]],
    ["too many requests", refuses(429, 20429), ["not_now", "20429"]],
    ["a 5xx", refuses(500, 20500), ["ambiguous", "20500"]],
    ["a broken connection", (response) => void response.destroy(), ["ambiguous", null]],
    ["an answer without a SID", (response) => json(response, 201, {}), ["ambiguous", null]]
  ]
  for (const [what, answer, expected] of answers) {
    it.effect(`tells of ${what}`, () =>
      Effect.gen(function*() {
        const { posts, result } = yield* withCarrier(routes({ "GET BrandRegistrations": list("data"), "POST BrandRegistrations": answer }), (carrier) => carrier.submit(submission(brand)))
        assert.deepStrictEqual(failure(result), expected)
        assert.strictEqual(posts.length, 1)
      }))
  }

  it.effect("is certain that nothing was filed where nobody listens", () =>
    Effect.gen(function*() {
      const baseUrl = yield* closedPort
      const result = yield* Effect.flatMap(CarrierRegistrations, (carrier) => carrier.submit(submission(brand))).pipe(Effect.provide(TwilioRegistrations.layer({ accountFor, baseUrl })), Effect.flip)
      assert.strictEqual(result.reason, "not_now")
    }))
})

describe("TwilioRegistrations.find", () => {
  const attempted = { attemptedAt: Samples.at(0) }

  it.effect("knows a brand by its profile, a campaign by the Messaging Service that bears its id, a verification by its number", () =>
    Effect.gen(function*() {
      const others = brandBody({ sid: sid("BN", "8"), a2p_profile_bundle_sid: sid("BU", "8") })
      const one = yield* withCarrier(routes({ "GET BrandRegistrations": list("data", others, brandBody()) }), (carrier) => carrier.find(submission(brand)))
      assert.deepStrictEqual(found(one.result).success, Option.some({ carrierId: sid("BN"), poolId: null }))
      const services = list("services", { sid: sid("MG", "8"), friendly_name: "Another" }, { sid: sid("MG"), friendly_name: campaign.id })
      const two = yield* withCarrier(routes({ "GET Services": services, "GET Usa2p": list("compliance", campaignBodyOf()) }), (carrier) => carrier.find(submission(campaign)))
      assert.deepStrictEqual(found(two.result).success, Option.some({ carrierId: sid("QE"), poolId: sid("MG") }))
      const three = yield* withCarrier(routes({ "GET IncomingPhoneNumbers.json": owned, "GET Verifications": list("verifications", verification()) }), (carrier) => carrier.find(submission(tollFree)))
      assert.deepStrictEqual(found(three.result).success, Option.some({ carrierId: sid("HH"), poolId: null }))
      for (const { posts } of [one, two, three]) assert.deepStrictEqual(posts, [])
    }))

  it.effect("finds nothing that was not filed, nor what was refused before this filing; a refusal after it is its own", () =>
    Effect.gen(function*() {
      const failed = routes({ "GET BrandRegistrations": list("data", brandBody({ status: "FAILED" })) })
      const before = yield* withCarrier(failed, (carrier) => carrier.find(submission(brand)))
      assert.deepStrictEqual(found(before.result).success, Option.none())
      const after = yield* withCarrier(failed, (carrier) => carrier.find(submission({ ...brand, ...attempted })))
      assert.deepStrictEqual(found(after.result).success, Option.some({ carrierId: sid("BN"), poolId: null }))
      const none = yield* withCarrier(routes({ "GET Services": list("services") }), (carrier) => carrier.find(submission(campaign)))
      assert.deepStrictEqual(found(none.result).success, Option.none())
    }))
})

describe("TwilioRegistrations.look", () => {
  const taken = (registration: CarrierRegistration, prefix: string) => ({ ...registration, carrierId: sid(prefix), poolId: sid("MG") })
  const rows: ReadonlyArray<readonly [CarrierRegistration, string, object, ReadonlyArray<unknown>]> = [
    [brand, "BN", brandBody(), ["in_review", null, null]],
    [brand, "BN", brandBody({ status: "IN_REVIEW" }), ["in_review", null, null]],
    [brand, "BN", brandBody({ status: "APPROVED", brand_score: 76, failure_reason: "old" }), ["approved", 76, null]],
    [brand, "BN", brandBody({ status: "FAILED", errors: [{ code: 30796, description: "The tax number is another's.", fields: ["ein"] }, { code: 30797, description: "So is the name." }] }), ["rejected", null, { code: "30796", detail: "The tax number is another's. So is the name." }]],
    [brand, "BN", brandBody({ status: "FAILED", failure_reason: "Who?" }), ["rejected", null, { code: null, detail: "Who?" }]],
    [brand, "BN", brandBody({ status: "SUSPENDED" }), ["suspended", null, null]],
    [campaign, "QE", campaignBodyOf(), ["in_review", null, null]],
    [campaign, "QE", campaignBodyOf({ campaign_status: "VERIFIED" }), ["approved", null, null]],
    [campaign, "QE", campaignBodyOf({ campaign_status: "FAILED", errors: [{ error_code: 30909, description: "No opt-in.", fields: ["MESSAGE_FLOW"], url: "https://…" }] }), ["rejected", null, { code: "30909", detail: "No opt-in." }]],
    [campaign, "QE", campaignBodyOf({ campaign_status: "SUSPENDED" }), ["suspended", null, null]],
    [tollFree, "HH", verification({ status: "IN_REVIEW" }), ["in_review", null, null]],
    [tollFree, "HH", verification({ status: "TWILIO_APPROVED" }), ["approved", null, null]],
    [tollFree, "HH", verification({ status: "TWILIO_REJECTED", rejection_reasons: [{ code: 30475, reason: "Consent." }] }), ["rejected", null, { code: "30475", detail: "Consent." }]],
    [tollFree, "HH", verification({ status: "TWILIO_REJECTED", rejection_reason: "Consent.", error_code: 30475 }), ["rejected", null, { code: "30475", detail: "Consent." }]],
    [tollFree, "HH", verification({ status: "ON_THE_MOON" }), ["in_review", null, { code: null, detail: "Twilio says \"ON_THE_MOON\", which is not documented." }]]
  ]
  for (const [registration, prefix, body, [state, trustScore, trouble]] of rows) {
    it.effect(`takes a ${registration.filing.kind} that is ${Object(body).status ?? Object(body).campaign_status} for ${state}`, () =>
      Effect.gen(function*() {
        const { result } = yield* withCarrier(routes({ [`GET ${sid(prefix)}`]: body }), (carrier) => carrier.look(taken(registration, prefix)))
        assert.deepStrictEqual(found(result).success, { state, trustScore, trouble })
      }))
  }

  it.effect("takes what Twilio does not have any more for rejected, and a 5xx for no news", () =>
    Effect.gen(function*() {
      const gone = yield* withCarrier(routes({}), (carrier) => carrier.look(taken(brand, "BN")))
      assert.deepInclude(found(gone.result).success as object, { state: "rejected" })
      const away = yield* withCarrier(routes({ [`GET ${sid("BN")}`]: refuses(503, 20503) }), (carrier) => carrier.look(taken(brand, "BN")))
      assert.deepStrictEqual(failure(away.result), ["not_now", "20503"])
    }))
})

describe("TwilioRegistrations.attach", () => {
  const attach = (answer: unknown) =>
    withCarrier(routes({ "GET IncomingPhoneNumbers.json": owned, "POST PhoneNumbers": answer }), (carrier) => carrier.attach({ ...campaign, poolId: sid("MG") }, number))

  it.effect("puts the number into the campaign's Messaging Service, and is content when it is there", () =>
    Effect.gen(function*() {
      const { posts } = yield* attach({ sid: sid("PN") })
      assert.deepStrictEqual(posts.map(({ form, url }) => [url, Object.fromEntries(form)]), [[`/v1/Services/${sid("MG")}/PhoneNumbers`, { PhoneNumberSid: sid("PN") }]])
      assert.strictEqual((yield* attach(refuses(409, 21710))).result._tag, "Success")
      assert.deepStrictEqual(failure((yield* attach(refuses(409, 21712))).result), ["rejected", "21712"])
      assert.deepStrictEqual(failure((yield* withCarrier(routes({ "GET IncomingPhoneNumbers.json": { incoming_phone_numbers: [] } }), (carrier) => carrier.attach({ ...campaign, poolId: sid("MG") }, number))).result), ["rejected", null])
    }))
})

describe("TwilioRegistrations.mistakes", () => {
  const mistakes = (filing: Filing) =>
    Effect.flatMap(CarrierRegistrations, (carrier) => Effect.sync(() => carrier.mistakes(filing).map(({ detail, path }) => `${path} ${detail}`))).pipe(Effect.provide(TwilioRegistrations.layer({ accountFor })))

  it.effect("are what Twilio's forms would not take", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* mistakes(brandFiling), [])
      assert.deepStrictEqual((yield* mistakes({ ...brandFiling, messagingProfile: "BU1" })).length, 1)
      const wrong = yield* mistakes(Samples.campaignFiling(brand.id, { pool: "MG1", optInMessage: "Hi", helpKeywords: ["HELP!"], optOutKeywords: ["S".repeat(256)] }))
      assert.deepStrictEqual(wrong, [
        "pool must be the SID of a Messaging Service at Twilio: MG and 32 hex digits",
        "opt_in_message must have 20 to 320 characters, not 2",
        "opt_out_keywords must have at most 255 characters together, not 256",
        "help_keywords.0 must be letters and digits alone"
      ])
      assert.deepStrictEqual(yield* mistakes(tollFreeFiling), [])
    }))
})

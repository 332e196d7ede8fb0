/** Registrations of a whole gateway: filed at the simulated carrier, followed to their verdict, and what they make of numbers, sessions and texts. */
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { examples } from "@parley/contract/Examples"
import { Parley } from "@parley/sdk"
import { expectProblem } from "./harness/Api.ts"
import { parley } from "./harness/Command.ts"
import { startGateway, type TestGateway } from "./harness/Gateway.ts"
import { number, projectFile, secrets, us } from "./harness/Projects.ts"
import { until } from "./harness/Waiting.ts"

vi.setConfig({ testTimeout: 60_000 })

interface RegistrationBody {
  readonly id: string
  readonly kind: string
  readonly state: string
  readonly carrier_id: string | null
  readonly trust_score: number | null
  readonly segments_per_second: number | null
  readonly daily_segments: number | null
  readonly numbers: ReadonlyArray<{ readonly number: string; readonly registration: string; readonly waiting_for: string | null }>
  readonly trouble: { readonly code: string | null; readonly detail: string } | null
}

interface NumberBody {
  readonly number: string
  readonly registration: string
  readonly registration_id: string | null
  readonly waiting_for: string | null
  readonly segments_per_second: number
}

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({
    projects: [
      projectFile({ api_keys: [{ name: "tests", secret_env: "TEST_API_KEY" }, { name: "read", secret_env: "READ_API_KEY", scopes: ["read", "send"] }] }),
      projectFile({ project: "other", numbers: [number("+14155550081")] })
    ]
  })
})
afterAll(() => gateway.close())

const example = <Changes extends object>(operationId: string, changes: Changes) => ({ ...Object(examples[operationId]?.request) as object, ...changes })

let made = 0
/** A brand of profiles of its own: a profile has one. */
const brandBody = (changes: object = {}) => example("registerBrand", { messaging_profile: `BU${String(++made).padStart(32, "0")}`, ...changes })
const campaignBody = (brand: string, changes: object = {}) => example("registerCampaign", { brand, numbers: [], ...changes })

const file = async (path: string, body: object, headers: Readonly<Record<string, string>> = {}) => {
  const response = await gateway.api.post(`/v1/registrations/${path}`, body, headers)
  const text = await response.text()
  expect(response.status, text).toBe(202)
  const registration = JSON.parse(text) as RegistrationBody
  expect(response.headers.get("location")).toBe(`/v1/registrations/${registration.id}`)
  return registration
}

const retrieve = (id: string) => gateway.api.read<RegistrationBody>(`/v1/registrations/${id}`)
const becomes = (id: string, what: string, fits: (registration: RegistrationBody) => boolean) =>
  until(`registration ${id}: ${what}`, async () => {
    const found = await retrieve(id)
    return fits(found) && found
  }, () => retrieve(id))
const inReview = (id: string) => becomes(id, "in review", ({ carrier_id, state }) => state === "in_review" && carrier_id !== null)
const decide = async (id: string, status: string, more: object = {}) => {
  const { carrier_id } = await becomes(id, "filed", ({ carrier_id }) => carrier_id !== null)
  gateway.carrier.sim.decide(carrier_id ?? "", { status, ...more })
}

const numberOf = async (of: string) => (await gateway.api.read<{ readonly data: ReadonlyArray<NumberBody> }>("/v1/numbers?limit=100")).data.find((each) => each.number === of)
const numberBecomes = (of: string, what: string, fits: (number: NumberBody) => boolean) =>
  until(`${of}: ${what}`, async () => {
    const found = await numberOf(of)
    return found !== undefined && fits(found) && found
  }, () => numberOf(of))

const buy = async (body: object) => {
  const { id } = await (await gateway.api.post("/v1/numbers", body)).json() as { readonly id: string }
  const done = await until(`operation ${id}`, async () => {
    const operation = await gateway.api.read<{ readonly number: string; readonly stage: string }>(`/v1/numbers/operations/${id}`)
    return operation.stage === "active" && operation
  }, () => gateway.api.read(`/v1/numbers/operations/${id}`))
  return done.number
}

interface AtCarrier {
  readonly kind?: string
  readonly a2p_profile_bundle_sid?: string
  readonly brand_registration_sid?: string
}
/** The brands of a profile, the campaigns of a brand: other tests' are on their way too. */
const carrierHas = async (of: AtCarrier) => {
  const { registrations } = await (await fetch(`${gateway.carrier.sim.url}/_sim/registrations`)).json() as { readonly registrations: ReadonlyArray<AtCarrier> }
  return registrations.filter((each) => Object.entries(of).every(([field, value]) => each[field as keyof AtCarrier] === value))
}

const approvedBrand = async (score = 80) => {
  const { id } = await file("brands", brandBody())
  await decide(id, "APPROVED", { score })
  return await becomes(id, "approved", ({ state, trust_score }) => state === "approved" && trust_score === score)
}

describe("a number under a campaign", () => {
  it("texts from the moment that the campaign is approved, at the pace of the brand's trust score, and sessions tell what it waits for", async () => {
    const brand = await file("brands", brandBody())
    const campaign = await file("campaigns", campaignBody(brand.id))
    expect([brand.state, campaign.state, brand.daily_segments]).toEqual(["submitting", "submitting", 2_000])
    const bought = await buy({ country: "US", area_code: "415", campaign: campaign.id })
    expect(await numberOf(bought)).toMatchObject({ registration: "pending", registration_id: campaign.id, segments_per_second: 1 })

    // A user may text it meanwhile, and whoever looks at the session sees why nothing leaves.
    const early = "+14155559101"
    await gateway.carrier.text(early, bought, "hello")
    const [session] = await until("the session", async () => {
      const found = await gateway.api.sessionsOf(early)
      return found.length > 0 && found
    })
    expect(session).toMatchObject({ waiting_for: expect.stringMatching(/^Waiting for campaign reg_\w+ to be submitted/u) })
    await expectProblem(await gateway.api.post("/v1/outbound-sms", { message: "Hello", user_number: "+14155559102", agent_number: bought }), 400, "no-eligible-number")

    await decide(brand.id, "APPROVED", { score: 60 })
    const reviewed = await inReview(campaign.id)
    expect(await gateway.api.session(session?.id ?? "")).toMatchObject({ waiting_for: `Waiting for campaign ${reviewed.carrier_id}, which is in review.` })
    await decide(campaign.id, "VERIFIED")
    expect(await numberBecomes(bought, "approved", ({ registration }) => registration === "approved")).toMatchObject({ segments_per_second: 120, waiting_for: null })
    expect(await retrieve(campaign.id)).toMatchObject({ state: "approved", segments_per_second: 120, trouble: null, numbers: [{ number: bought, registration: "approved", waiting_for: null }] })
    expect(await gateway.api.session(session?.id ?? "")).toMatchObject({ waiting_for: null })

    // Carriers are not done yet: 30035 takes it out of the choice, and it comes back by itself.
    gateway.carrier.fault({ match: { to: "+14155559103" }, count: 1, effect: { type: "fail", code: 30035 } })
    const first = await gateway.api.send("+14155559103", "Too early", { agent_number: bought })
    await gateway.api.waitForHistory(first, "a refusal", ([opening]) => opening?.trouble?.code === "30035")
    await numberBecomes(bought, "approved again", ({ registration }) => registration === "approved")
    const told = await gateway.api.read<{ readonly data: ReadonlyArray<{ readonly actor: string; readonly detail: string }> }>(`/v1/audit-log?action=number.changed&subject=${encodeURIComponent(bought)}`)
    expect(told.data.map(({ actor, detail }) => `${actor}: ${/registration (.*),/u.exec(detail)?.[1]}`).slice(0, 3)).toEqual(["carrier: pending → approved", "carrier: approved → pending", "carrier: pending → approved"])
    await gateway.api.send("+14155559104", "Now", { agent_number: bought })
    expect(await gateway.carrier.waitFor("+14155559104", 1)).toEqual(["Now"])

    await decide(campaign.id, "SUSPENDED")
    await numberBecomes(bought, "suspended", ({ registration }) => registration === "suspended")
    await expectProblem(await gateway.api.post("/v1/outbound-sms", { message: "Hello", user_number: "+14155559105", agent_number: bought }), 400, "no-eligible-number")
    await decide(campaign.id, "VERIFIED")
    await numberBecomes(bought, "approved once more", ({ registration }) => registration === "approved")

    const { data } = await gateway.api.read<{ readonly data: ReadonlyArray<{ readonly actor: string; readonly detail: string }> }>(`/v1/audit-log?action=registration.changed&subject=${campaign.id}`)
    expect(data.map(({ actor, detail }) => `${actor} ${detail.replace(/^campaign \w+: /u, "")}`).toReversed()).toEqual([
      "carrier submitting → in_review", "carrier in_review → approved", "carrier approved → suspended", "carrier suspended → approved"
    ])
  })

  it("that the project has already is put under it with one call, and again: nothing more", async () => {
    const brand = await approvedBrand()
    const campaign = await file("campaigns", campaignBody(brand.id))
    const bought = await buy({ country: "US", area_code: "212" })
    expect(await numberOf(bought)).toMatchObject({ registration: "unregistered", registration_id: null, waiting_for: "The number is under no campaign." })
    for (let i = 0; i < 2; i++) expect((await gateway.api.post(`/v1/registrations/${campaign.id}/numbers`, { number: bought })).status).toBe(200)
    await decide(campaign.id, "VERIFIED")
    await numberBecomes(bought, "approved", ({ registration }) => registration === "approved")
    await expectProblem(await gateway.api.post(`/v1/registrations/${brand.id}/numbers`, { number: bought }), 404, "not-found")
    await expectProblem(await gateway.api.post(`/v1/registrations/${campaign.id}/numbers`, { number: "+14155550081" }), 400, "invalid-request")
  })

  it("tells why the campaign was rejected", async () => {
    const brand = await approvedBrand()
    const bought = await buy({ country: "US", area_code: "617" })
    const campaign = await file("campaigns", campaignBody(brand.id, { numbers: [bought] }))
    await decide(campaign.id, "FAILED", { code: 30909, reason: "No way to opt in was found." })
    expect(await becomes(campaign.id, "rejected", ({ state }) => state === "rejected")).toMatchObject({ trouble: { code: "30909", detail: "No way to opt in was found." } })
    expect(await numberBecomes(bought, "rejected", ({ registration }) => registration === "rejected")).toMatchObject({ waiting_for: expect.stringMatching(/was rejected: No way to opt in was found\. \(30909\)$/u) })
  })
})

describe("a submission", () => {
  const cuts = [
    ["of a brand whose answer is lost", "a2p/BrandRegistrations", "lost-after"],
    ["of a brand that is a 5xx which was taken", "a2p/BrandRegistrations", "error-after"],
    ["of a brand that is lost", "a2p/BrandRegistrations", "error-before"]
  ] as const
  it.each(cuts)("%s is made once", async (_, path, type) => {
    gateway.carrier.fault({ match: { method: "POST", path }, count: 1, effect: { type } })
    const body = brandBody()
    const { id } = await file("brands", body)
    await inReview(id)
    expect(await carrierHas({ a2p_profile_bundle_sid: body.messaging_profile })).toHaveLength(1)
  })

  it.each([["its answer is lost", "Usa2p", "lost-after"], ["the answer about its Messaging Service is lost", "v1/Services$", "lost-after"], ["its numbers' place is a 5xx", "PhoneNumbers$", "error-after"]] as const)("of a campaign is made once when %s", async (_, path, type) => {
    const brand = await approvedBrand()
    const bought = await buy({ country: "US", area_code: "206" })
    gateway.carrier.fault({ match: { method: "POST", path }, count: 1, effect: { type } })
    const { id } = await file("campaigns", campaignBody(brand.id, { numbers: [bought] }))
    await decide(id, "VERIFIED")
    await numberBecomes(bought, "approved", ({ registration }) => registration === "approved")
    expect(await carrierHas({ brand_registration_sid: brand.carrier_id ?? "" })).toHaveLength(1)
  })

  it("with a key that came before is the same registration, and with another body a 409", async () => {
    const body = brandBody()
    const key = { "Idempotency-Key": "brand-1" }
    const first = await file("brands", body, key)
    const again = await gateway.api.post("/v1/registrations/brands", body, key)
    expect([again.status, again.headers.get("idempotency-replayed"), (await again.json() as RegistrationBody).id]).toEqual([202, "true", first.id])
    await expectProblem(await gateway.api.post("/v1/registrations/brands", { ...body, name: "Another" }, key), 409, "idempotency-conflict")
  })
})

describe("a toll-free number", () => {
  it("may text once it is verified, and after a rejection it is filed anew", async () => {
    const bought = await buy({ country: "US", type: "toll_free" })
    expect(await numberOf(bought)).toMatchObject({ registration: "unregistered", waiting_for: "Nobody has asked for the verification of this toll-free number here." })
    await expectProblem(await gateway.api.post("/v1/outbound-sms", { message: "Hello", user_number: "+14155559201", agent_number: bought }), 400, "no-eligible-number")
    const body = example("verifyTollFree", { number: bought })
    const { id } = await file("toll-free", body)
    await inReview(id)
    await decide(id, "TWILIO_REJECTED", { code: 30475, reason: "Consent is required." })
    expect(await becomes(id, "rejected", ({ state }) => state === "rejected")).toMatchObject({ trouble: { code: "30475", detail: "Consent is required." } })
    const again = await file("toll-free", { ...body, additional_information: "Consent is now shown." })
    await inReview(again.id)
    expect(await carrierHas({ kind: "toll_free" })).toHaveLength(1)
    await decide(again.id, "TWILIO_APPROVED")
    await numberBecomes(bought, "approved", ({ registration }) => registration === "approved")
    await gateway.api.send("+14155559202", "Verified", { agent_number: bought })
    expect(await gateway.carrier.waitFor("+14155559202", 1)).toEqual(["Verified"])
  })
})

describe("what can't be filed", () => {
  const mistakes = async (path: string, body: object) => (await expectProblem(await gateway.api.post(`/v1/registrations/${path}`, body), 400, "invalid-request")).errors?.map(({ path }) => path)

  it("is told mistake by mistake, before anything is sent", async () => {
    const brand = await approvedBrand()
    expect(await mistakes("brands", { name: " ", customer_profile: "x", messaging_profile: "BU1" })).toEqual(["name"])
    expect(await mistakes("brands", brandBody({ customer_profile: "x", messaging_profile: "BU1" }))).toEqual(["customer_profile", "messaging_profile"])
    expect(await mistakes("campaigns", campaignBody(brand.id, { description: "Short.", use_case: "SPAM" }))).toEqual(["use_case"])
    expect(await mistakes("campaigns", campaignBody(brand.id, { description: "Short.", numbers: [us, "+14155550081"], help_message: "Help" }))).toEqual(expect.arrayContaining(["description", "numbers.1", "help_message"]))
    expect(await mistakes("campaigns", campaignBody("reg_01KAV5RK8ETQ8Y4V2N6W3Z7J9G"))).toEqual(["brand"])
    expect(await mistakes("toll-free", example("verifyTollFree", { number: us, business_registration_number: undefined }))).toEqual(["number", "business_registration_number"])
    expect(await mistakes("toll-free", example("verifyTollFree", { number: us, use_case_summary: "x".repeat(501), opt_in_image_urls: [], monthly_volume: "7" }))).toEqual(["use_case_summary", "opt_in_image_urls", "monthly_volume"])
    expect(await carrierHas({ brand_registration_sid: brand.carrier_id ?? "" })).toEqual([])
    await expectProblem(await gateway.api.post("/v1/numbers", { country: "US", campaign: brand.id }), 400, "invalid-request")
  })

  it("is a 403 without the scope operate, and another project's is a 404", async () => {
    const { id } = await file("brands", brandBody())
    await expectProblem(await gateway.apiFor({ key: secrets["READ_API_KEY"] ?? "" }).post("/v1/registrations/brands", brandBody()), 403, "missing-scope")
    expect((await gateway.apiFor({ key: secrets["READ_API_KEY"] ?? "" }).get(`/v1/registrations/${id}`)).status).toBe(200)
    await expectProblem(await gateway.apiFor({ connector: "conn_other" }).get(`/v1/registrations/${id}`), 404, "not-found")
    await expectProblem(await gateway.api.get("/v1/registrations/reg_01KAV5RK8ETQ8Y4V2N6W3Z7J9G"), 404, "not-found")
    await expectProblem(await gateway.api.get("/v1/registrations?cursor=x"), 400, "invalid-request")
    expect((await gateway.apiFor({ connector: "conn_other" }).read<{ readonly data: ReadonlyArray<object> }>("/v1/registrations")).data).toEqual([])
  })
})

it("the SDK files, lists a page at a time, and retrieves", async () => {
  const client = new Parley({ baseUrl: gateway.url, apiKey: secrets["TEST_API_KEY"] ?? "", connectorId: "conn_main" })
  for (let i = 0; i < 2; i++) await file("brands", brandBody())
  const brand = await client.registrations.createBrand({ name: "Harbor", customerProfile: `BU${"1".repeat(32)}`, messagingProfile: `BU${"a".repeat(32)}`, dailySegments: 700 })
  expect(brand).toMatchObject({ kind: "brand", state: "submitting", dailySegments: 700 })
  const brands = await Array.fromAsync(client.registrations.list({ kind: "brand", limit: 2 }))
  expect(brands[0]?.id).toBe(brand.id)
  expect(brands.length).toBeGreaterThan(2)
  expect((await client.registrations.retrieve(brand.id)).changedAt).toBeInstanceOf(Date)
})

it("the command line files, shows and lists, and tells each mistake of a file", async () => {
  const environment = { PARLEY_BASE_URL: gateway.url, PARLEY_API_KEY: secrets["TEST_API_KEY"] ?? "", PARLEY_CONNECTOR_ID: "conn_main" }
  const folder = mkdtempSync(join(tmpdir(), "parley-filing-"))
  const write = (name: string, body: object) => {
    const path = join(folder, name)
    writeFileSync(path, JSON.stringify(body))
    return path
  }
  const created = await parley(["registration", "brand", "create", write("brand.json", brandBody({ messaging_profile: `BU${"c".repeat(32)}` }))], environment)
  expect(created.code, created.stderr).toBe(0)
  expect(created.stdout).toMatch(/^reg_\w+\tbrand\tHarbor Family Clinic\tsubmitting\t-\t2000 a day\n$/u)
  const id = created.stdout.split("\t")[0] ?? ""
  expect(created.stderr).toContain(`parley registration brand status ${id}`)
  await decide(id, "APPROVED", { score: 55 })
  await becomes(id, "approved", ({ state }) => state === "approved")
  expect((await parley(["registration", "brand", "status", id], environment)).stdout).toMatch(/\tapproved\tBN\w+\ttrust score 55, 40000 a day\n$/u)
  expect((await parley(["registration", "brand", "list", "--json"], environment)).stdout).toContain(id)
  const wrong = await parley(["registration", "campaign", "create", write("campaign.json", campaignBody(id, { description: "Short." }))], environment)
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringMatching(/campaign\.json can't be filed:\n {2}- description would be rejected: The description has 6 characters/u)])
  const odd = await parley(["registration", "toll-free", "create", write("odd.json", { number: "1", colour: "red" })], environment)
  expect(odd.stderr).toMatch(/ {2}- colour is not known: correct its spelling, or remove it/u)
  expect(odd.stderr).toMatch(/ {2}- city is missing: add it/u)
})

import type * as Contract from "@parley/contract/AgentNumber"
import type * as ContractTurn from "@parley/contract/AgentTurn"
import type { AuditEntry as ContractAuditEntry, AuditQuery } from "@parley/contract/AuditApi"
import type { MessageEvent as ContractMessageEvent, OptOutEvent as ContractOptOutEvent, SessionEvent as ContractSessionEvent } from "@parley/contract/Event"
import type { EventsQuery } from "@parley/contract/EventsApi"
import type { Erasure as ContractErasure } from "@parley/contract/ErasureApi"
import type { AvailabilityRow } from "@parley/contract/AvailabilityApi"
import { Api } from "@parley/contract/Api"
import type { ScanCampaign, ScanReport } from "@parley/contract/CampaignsApi"
import { examples } from "@parley/contract/Examples"
import type * as ContractMessage from "@parley/contract/Message"
import type * as ContractNumber from "@parley/contract/NumberOperation"
import type * as ContractOptOut from "@parley/contract/OptOut"
import type * as ContractRegistration from "@parley/contract/Registration"
import type { RegistrationsQuery } from "@parley/contract/RegistrationsApi"
import type { ScheduledSend as ContractScheduledSend } from "@parley/contract/ScheduledSend"
import type { ScheduledSendsQuery } from "@parley/contract/ScheduledSendsApi"
import type { SendRequest } from "@parley/contract/SendRequest"
import type { Template as ContractTemplate } from "@parley/contract/TemplatesApi"
import type * as ContractSession from "@parley/contract/Session"
import type { OptOutsQuery } from "@parley/contract/OptOutsApi"
import type { SessionsQuery, SpeakRequest, TakeoverRequest } from "@parley/contract/SessionsApi"
import { type Brand, DateTime, Schema } from "effect"
import { HttpApi, OpenApi } from "effect/http-api"
import { describe, expect, expectTypeOf, it } from "vitest"
import { ApiError, type AgentNumber, type AuditEntry, type AuditListParams, type AvailableNumber, type AvailableNumberParams, type BrandParams, type BuyNumberParams, type Campaign, type CampaignParams, type CampaignReport, type CarrierRegistration, type CountryAvailability, type Erasure, type EventParams, type Message, type MessageEvent, type NumberOperation, type NumberPlan, type OptOut, type OptOutEvent, type OptOutListParams, Parley, type RegistrationListParams, type ScheduledSend, type ScheduledSendListParams, type SendMediaParams, type SendTemplateParams, type SendTextParams, type Session, type SessionEvent, type SessionListParams, type SpeakParams, type TakeoverParams, type Template, type TollFreeParams } from "../src/index.ts"
import type { AgentAnswer, AgentTurn } from "../src/webhooks.ts"
import { errorOf } from "../src/Errors.ts"
import { fromWire } from "../src/Wire.ts"
import { listen } from "./Server.ts"

/** A decoded value as it looks without Effect: no brands, `Date` for `DateTime`. */
type Plain<A> = A extends DateTime.Utc ? Date
  : A extends Brand.Brand<string> ? string
  : A extends ReadonlyArray<infer Item> ? ReadonlyArray<Plain<Item>>
  : A extends object ? { readonly [K in keyof A]: Plain<A[K]> }
  : A

/** As a mapped type, which is how the compiler compares it with one. */
type Same<A> = A extends Date ? A : A extends object ? { readonly [K in keyof A]: A[K] } : A

type Filters<Query extends { readonly Type: object }> = Partial<Plain<Query["Type"]>>

describe("types", () => {
  it("of what is received are the contract's", () => {
    expectTypeOf<Plain<ContractSession.Session>>().toEqualTypeOf<Session>()
    expectTypeOf<Plain<ContractMessage.Message>>().toEqualTypeOf<Message>()
    expectTypeOf<Plain<Contract.AgentNumber>>().toEqualTypeOf<AgentNumber>()
    expectTypeOf<Plain<ContractNumber.AvailableNumber>>().toEqualTypeOf<AvailableNumber>()
    expectTypeOf<Plain<ContractNumber.NumberOperation>>().toEqualTypeOf<NumberOperation>()
    expectTypeOf<Plain<ContractNumber.NumberPlan>>().toEqualTypeOf<NumberPlan>()
    expectTypeOf<Plain<ScanReport>>().toEqualTypeOf<CampaignReport>()
    expectTypeOf<Plain<AvailabilityRow>>().toEqualTypeOf<CountryAvailability>()
    expectTypeOf<Plain<ContractOptOut.OptOut>>().toEqualTypeOf<OptOut>()
    expectTypeOf<Plain<ContractAuditEntry>>().toEqualTypeOf<AuditEntry>()
    expectTypeOf<Plain<ContractSessionEvent>>().toEqualTypeOf<{ readonly [K in keyof SessionEvent]: Same<SessionEvent[K]> }>()
    expectTypeOf<Plain<ContractMessageEvent>>().toEqualTypeOf<{ readonly [K in keyof MessageEvent]: MessageEvent[K] }>()
    expectTypeOf<Plain<ContractOptOutEvent>>().toEqualTypeOf<{ readonly [K in keyof OptOutEvent]: OptOutEvent[K] }>()
    expectTypeOf<Plain<ContractErasure>>().toEqualTypeOf<Erasure>()
    expectTypeOf<Plain<ContractTemplate>>().toEqualTypeOf<Template>()
    expectTypeOf<Plain<ContractScheduledSend>>().toEqualTypeOf<ScheduledSend>()
    expectTypeOf<Plain<ContractTurn.AgentTurn>>().toEqualTypeOf<AgentTurn>()
    expectTypeOf<Plain<ContractRegistration.CarrierRegistration>>().toEqualTypeOf<CarrierRegistration>()
  })

  it("of what is sent are the contract's", () => {
    expectTypeOf<Omit<Plain<ContractTurn.AgentAnswer>, "conversationId">>().toEqualTypeOf<{ readonly [K in keyof AgentAnswer]: AgentAnswer[K] }>()
    expectTypeOf<Plain<ScanCampaign>>().toEqualTypeOf<{ readonly [K in keyof Campaign]: Campaign[K] }>()
    expectTypeOf<Plain<Extract<SendRequest, { readonly message: string }>>>().toEqualTypeOf<{ readonly [K in keyof SendTextParams]: SendTextParams[K] }>()
    expectTypeOf<Plain<Extract<SendRequest, { readonly mediaUrls: ReadonlyArray<string> }>>>().toEqualTypeOf<{ readonly [K in keyof SendMediaParams]: SendMediaParams[K] }>()
    expectTypeOf<Plain<Extract<SendRequest, { readonly template: string }>>>().toEqualTypeOf<{ readonly [K in keyof SendTemplateParams]: SendTemplateParams[K] }>()
    expectTypeOf<Omit<Plain<ContractNumber.ProvisionRequest>, "import" | "dryRun">>().toEqualTypeOf<{ readonly [K in keyof BuyNumberParams]: BuyNumberParams[K] }>()
    expectTypeOf<Omit<Plain<typeof ContractNumber.AvailableNumbersQuery["Type"]>, "limit">>().toEqualTypeOf<Omit<AvailableNumberParams, "limit">>()
    expectTypeOf<Filters<typeof ScheduledSendsQuery>>().toEqualTypeOf<{ readonly [K in keyof ScheduledSendListParams]: ScheduledSendListParams[K] }>()
    expectTypeOf<Plain<typeof SpeakRequest["Type"]>>().toEqualTypeOf<SpeakParams>()
    expectTypeOf<Omit<Plain<ContractRegistration.BrandSubmission>, "type">>().toEqualTypeOf<Omit<{ readonly [K in keyof BrandParams]: BrandParams[K] }, "type">>()
    expectTypeOf<ContractRegistration.BrandSubmission["type"]>().toEqualTypeOf<NonNullable<BrandParams["type"]>>()
    expectTypeOf<Plain<ContractRegistration.CampaignSubmission>>().toEqualTypeOf<{ readonly [K in keyof CampaignParams]: CampaignParams[K] }>()
    expectTypeOf<Plain<ContractRegistration.TollFreeSubmission>>().toEqualTypeOf<{ readonly [K in keyof TollFreeParams]: TollFreeParams[K] }>()
    expectTypeOf<Filters<typeof RegistrationsQuery>>().toEqualTypeOf<{ readonly [K in keyof RegistrationListParams]: RegistrationListParams[K] }>()
    expectTypeOf<Plain<typeof TakeoverRequest["Type"]>>().toEqualTypeOf<{ readonly [K in keyof TakeoverParams]: TakeoverParams[K] }>()
    expectTypeOf<Filters<typeof SessionsQuery>>().toEqualTypeOf<{ readonly [K in keyof SessionListParams]: SessionListParams[K] }>()
    expectTypeOf<Filters<typeof AuditQuery>>().toEqualTypeOf<{ readonly [K in keyof AuditListParams]: AuditListParams[K] }>()
    expectTypeOf<Filters<typeof EventsQuery>>().toEqualTypeOf<{ readonly [K in keyof EventParams]: EventParams[K] }>()
    expectTypeOf<Filters<typeof OptOutsQuery>>().toEqualTypeOf<{ readonly [K in keyof OptOutListParams]: OptOutListParams[K] }>()
  })
})

/** `DateTime` to `Date`, all the way down. */
const plain = (value: unknown): unknown => {
  if (DateTime.isDateTime(value)) return DateTime.toDateUtc(value)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
}

interface Endpoint {
  readonly name: string
  readonly method: string
  readonly pattern: RegExp
  readonly operationId: string
  readonly payload: Schema.Decoder<unknown> | undefined
  readonly query: Schema.Decoder<unknown> | undefined
  readonly answers: ReadonlyArray<Schema.Decoder<unknown>>
}

const document = OpenApi.fromApi(Api)

it("every failure that an endpoint declares has an error class of its status", () => {
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path) as ReadonlyArray<{ readonly responses?: object }>)
  const statuses = [...new Set(operations.flatMap(({ responses }) => Object.keys(responses ?? {})))].map(Number).filter((status) => status >= 400)
  expect(statuses.length).toBeGreaterThan(5)
  expect(statuses.filter((status) => errorOf(new Response(null, { status }), {}).constructor === ApiError)).toEqual([])
})

const endpoints: Array<Endpoint> = []
HttpApi.reflect(Api, {
  onGroup: () => {},
  onEndpoint: ({ endpoint }) => {
    const path = endpoint.path.replace(/:(\w+)/gu, "{$1}")
    const operation = Object.entries(document.paths[path] ?? {}).find(([method]) => method === endpoint.method.toLowerCase())?.[1] as { readonly operationId: string } | undefined
    endpoints.push({
      name: `${endpoint.method} ${path}`,
      method: endpoint.method,
      pattern: new RegExp(`^${path.replace(/\{\w+\}/gu, "[^/]+")}$`, "u"),
      operationId: operation?.operationId ?? "",
      payload: [...endpoint.payload.values()][0]?.schemas[0] as Schema.Decoder<unknown> | undefined,
      query: endpoint.query as Schema.Decoder<unknown> | undefined,
      answers: [...endpoint.success].map((schema) => ("schema" in schema ? schema.schema : schema) as Schema.Decoder<unknown>)
    })
  }
})

it.each(endpoints.filter(({ operationId }) => examples[operationId]?.answer !== undefined && operationId !== "streamEvents"))("what comes from $name is what the contract decodes", (endpoint) => {
  const example = examples[endpoint.operationId]?.answer
  const [schema] = endpoint.answers
  expect(schema).toBeDefined()
  if (schema !== undefined) expect(fromWire(example)).toEqual(plain(Schema.decodeUnknownSync(schema)(example)))
})

it("every endpoint of the contract is reached, with what its schemas decode", async () => {
  const reached: Array<string> = []
  const server = await listen((request) => {
    const url = new URL(request.path, "http://127.0.0.1")
    const endpoint = endpoints.find((each) => each.method === request.method && each.pattern.test(url.pathname))
    if (endpoint === undefined) return { status: 404, body: {} }
    if (endpoint.payload !== undefined) Schema.decodeUnknownSync(endpoint.payload, { onExcessProperty: "error" })(request.body)
    if (endpoint.query !== undefined) Schema.decodeUnknownSync(endpoint.query, { onExcessProperty: "error" })(Object.fromEntries(url.searchParams))
    expect(request.headers).toMatchObject({ "x-polyai-auth-token": "pk_1", "x-token-id": "conn_1" })
    reached.push(endpoint.name)
    const status = endpoint.operationId === "sendOutboundSms" ? 202 : 200
    if (endpoint.operationId === "streamEvents") return { status, headers: { "content-type": "text/event-stream" }, body: examples["streamEvents"]?.answer }
    return { status, headers: { location: "/v1/sessions/TW_SMS_1" }, ...(status === 200 ? { body: examples[endpoint.operationId]?.answer } : {}) }
  })
  const parley = new Parley({ apiKey: "pk_1", connectorId: "conn_1", baseUrl: server.url, maxRetries: 0 })
  const session = "TW_SMS_01KAV5RK8ETQ8Y4V2N6W3Z7J9C"
  const page = { limit: 5, cursor: "c" }
  await parley.outboundSms.send({ message: "Hello", userNumber: "+15005550123", agentNumber: "+15005550006" })
  await parley.outboundSms.send({ template: "reminder", variables: { first_name: "Ada" }, userNumber: "+15005550123", sendAt: new Date(0) })
  await parley.templates.list(page)
  await parley.scheduledSends.list({ ...page, userNumber: "+15005550123", status: "failed" })
  await parley.scheduledSends.retrieve("sched_01KAV5RK8ETQ8Y4V2N6W3Z7J9F")
  await parley.scheduledSends.cancel("sched_01KAV5RK8ETQ8Y4V2N6W3Z7J9F")
  await parley.sessions.list({
    ...page,
    userNumber: "+15005550123",
    agentNumber: "+15005550006",
    state: "warned",
    environment: "pre-release",
    startedAfter: new Date(0),
    startedBefore: new Date(1)
  })
  await parley.sessions.retrieve(session)
  await parley.sessions.messages(session, page)
  await parley.sessions.speak(session, { message: "It is Grace." })
  await parley.sessions.takeover(session, { by: "Grace", reason: "asked" })
  await parley.sessions.release(session)
  await parley.sessions.end(session)
  await parley.messages.retrieve("msg_01KAV5RK8ETQ8Y4V2N6W3Z7J9D")
  await parley.messages.media("msg_01KAV5RK8ETQ8Y4V2N6W3Z7J9D", 0)
  await parley.numbers.list(page)
  await parley.numbers.search({ country: "US", areaCode: "415", contains: "55*", type: "toll_free", limit: 3 })
  await parley.numbers.buy({ country: "US", areaCode: "415", contains: "55*", type: "local", environment: "live", registration: "pending", campaign: "reg_01KAV5RK8ETQ8Y4V2N6W3Z7J9H" })
  await parley.numbers.import({ number: "+15005550006", environment: "sandbox" })
  await parley.numbers.plan({ number: "+15005550006", import: true })
  await parley.numbers.operation("op_01KAV5RK8ETQ8Y4V2N6W3Z7J9G")
  await parley.numbers.release("+15005550006")
  for await (const _ of parley.events({ types: ["message.delivered", "session.ended"], environment: "live" })) break
  await parley.users.erase("+15005550123")
  await parley.users.erasure("erase_01KAV5RK8ETQ8Y4V2N6W3Z7J9J")
  await parley.auditLog.list({ ...page, action: "key.revoked", subject: "key_1", after: new Date(0), before: new Date(1) })
  await parley.optOuts.list({ ...page, userNumber: "+15005550123" })
  await parley.campaigns.scan({
    brandName: "Harbor Family Clinic",
    useCase: "ACCOUNT_NOTIFICATION",
    description: "It reminds.",
    messageFlow: "A form.",
    messageSamples: ["See you."],
    hasEmbeddedLinks: false,
    hasEmbeddedPhone: false,
    optInKeywords: ["START"],
    privacyPolicy: "None."
  })
  const campaign = "reg_01KAV5RK8ETQ8Y4V2N6W3Z7J9H"
  await parley.registrations.createBrand({ name: "Harbor", customerProfile: "BU1", messagingProfile: "BU2", dailySegments: 5_000 })
  await parley.registrations.createCampaign({
    brand: "reg_01KAV5RK8ETQ8Y4V2N6W3Z7J9G",
    brandName: "Harbor",
    useCase: "MIXED",
    description: "It reminds.",
    messageFlow: "A form.",
    messageSamples: ["See you."],
    hasEmbeddedLinks: false,
    hasEmbeddedPhone: false,
    numbers: ["+15005550006"],
    privacyPolicyUrl: "https://harbor.example.com/privacy",
    ignoreFindings: true
  })
  await parley.registrations.createTollFree({
    number: "+18005550142",
    businessName: "Harbor",
    businessWebsite: "https://harbor.example.com",
    businessType: "SOLE_PROPRIETOR",
    street: "1 Harbor Street",
    city: "Portland",
    region: "ME",
    postalCode: "04101",
    country: "US",
    contactFirstName: "Ada",
    contactLastName: "Lovelace",
    contactEmail: "ada@harbor.example.com",
    contactPhone: "+15005550123",
    notificationEmail: "ada@harbor.example.com",
    useCases: ["K12"],
    useCaseSummary: "Reminders.",
    messageSample: "See you.",
    optInType: "VIA_TEXT",
    optInImageUrls: ["https://harbor.example.com/opt-in.png"],
    monthlyVolume: "10,000,000+"
  })
  await parley.registrations.list({ ...page, kind: "campaign", state: "in_review" })
  await parley.registrations.retrieve(campaign)
  await parley.registrations.attach(campaign, "+15005550006")
  await parley.availability.list()
  await parley.availability.retrieve("GB")
  const missing = endpoints.filter(({ name }) => !reached.includes(name))
  const sentences = missing.map(({ name, operationId }) => `No call of the SDK reaches ${name} (${operationId}): add a method to its group in apps/sdk/src, and call it in this test.`)
  expect(sentences.join("\n")).toBe("")
})

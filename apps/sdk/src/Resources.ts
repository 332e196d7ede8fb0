/** The API's operations, one class per resource. */
import { ApiCall, correlationIdOf } from "./ApiCall.ts"
import { ParleyError } from "./Errors.ts"
import type { RequestOptions } from "./Options.ts"
import { list, type PageCall } from "./Page.ts"
import type { Answer, Transport } from "./Transport.ts"
import type {
  AgentNumber,
  AvailableNumber,
  AvailableNumberParams,
  BuyNumberParams,
  Campaign,
  CampaignReport,
  CountryAvailability,
  ImportNumberParams,
  Message,
  NumberOperation,
  NumberPlan,
  OptOut,
  OptOutListParams,
  PageParams,
  ScheduledSend,
  ScheduledSendListParams,
  SendParams,
  SendResult,
  Session,
  SessionListParams,
  SpeakParams,
  TakeoverParams,
  Template
} from "./Types.ts"
import { toQuery, toWire } from "./Wire.ts"

/** The fields of an answer are the contract's, which tests compare with the types here. */
const body = <A>({ body }: Answer) => body as A

const get = <A>(transport: Transport, path: string, options: RequestOptions | undefined): ApiCall<A> =>
  new ApiCall(transport.run({ method: "GET", path }, options), body<A>)

const post = <A>(transport: Transport, path: string, params: object, options: RequestOptions | undefined): ApiCall<A> =>
  new ApiCall(transport.run({ method: "POST", path, body: toWire(params) }, options), body<A>)

const sendResult = ({ response }: Answer): SendResult => {
  const location = response.headers.get("location") ?? ""
  const id = decodeURIComponent(location.slice(location.lastIndexOf("/") + 1))
  const isLater = location.includes("/scheduled-sends/")
  return {
    sessionId: isLater ? "" : id,
    scheduledSendId: isLater ? id : null,
    location,
    correlationId: correlationIdOf(response),
    replayed: response.headers.get("idempotency-replayed") === "true"
  }
}

export class OutboundSms {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Opens a conversation by text. When it succeeds the text is durable: it will be delivered, or visibly fail. */
  send(params: SendParams, options?: RequestOptions): ApiCall<SendResult> {
    return new ApiCall(this.#transport.run({ method: "POST", path: "/v1/outbound-sms", body: toWire(params) }, options), sendResult)
  }
}

export class Sessions {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** The project's sessions, newest first. */
  list(params: SessionListParams = {}, options?: RequestOptions): PageCall<Session> {
    return list(this.#transport, "/v1/sessions", params, options)
  }

  retrieve(sessionId: string, options?: RequestOptions): ApiCall<Session> {
    return get(this.#transport, sessionPath(sessionId), options)
  }

  /** Texts of both sides, newest first. */
  messages(sessionId: string, params: PageParams = {}, options?: RequestOptions): PageCall<Message> {
    return list(this.#transport, `${sessionPath(sessionId)}/messages`, params, options)
  }

  /** Texts the user as a person. Take the session over first if the agent is not to answer too. */
  speak(sessionId: string, params: SpeakParams, options?: RequestOptions): ApiCall<Message> {
    return post(this.#transport, `${sessionPath(sessionId)}/messages`, params, options)
  }

  /** The agent pauses; texts are kept and shown. */
  takeover(sessionId: string, params: TakeoverParams = {}, options?: RequestOptions): ApiCall<Session> {
    return post(this.#transport, `${sessionPath(sessionId)}/takeover`, params, options)
  }

  /** The agent goes on, with everything that was said. */
  release(sessionId: string, options?: RequestOptions): ApiCall<Session> {
    return post(this.#transport, `${sessionPath(sessionId)}/release`, {}, options)
  }

  /** Ends the session, silently for the user. */
  end(sessionId: string, options?: RequestOptions): ApiCall<Session> {
    return post(this.#transport, `${sessionPath(sessionId)}/end`, {}, options)
  }
}

export class Messages {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  retrieve(messageId: string, options?: RequestOptions): ApiCall<Message> {
    return get(this.#transport, `/v1/messages/${segment(messageId)}`, options)
  }
}

export class Numbers {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** The numbers of the connector's project and environment. */
  list(params: PageParams = {}, options?: RequestOptions): PageCall<AgentNumber> {
    return list(this.#transport, "/v1/numbers", params, options)
  }

  /** Numbers for sale that can text. */
  search(params: AvailableNumberParams, options?: RequestOptions): ApiCall<ReadonlyArray<AvailableNumber>> {
    const call = this.#transport.run({ method: "GET", path: `/v1/available-numbers${toQuery(params)}` }, options)
    return new ApiCall(call, (answer) => body<{ readonly data: ReadonlyArray<AvailableNumber> }>(answer).data)
  }

  /** Buys a number, and sets it up to text from. When it succeeds the operation is durable: follow it with `operation`. A number is never bought twice. */
  buy(params: BuyNumberParams, options?: RequestOptions): ApiCall<NumberOperation> {
    return post(this.#transport, "/v1/numbers", params, options)
  }

  /** Sets up a number that the carrier account has already. */
  import(params: ImportNumberParams, options?: RequestOptions): ApiCall<NumberOperation> {
    return post(this.#transport, "/v1/numbers", { ...params, import: true }, options)
  }

  /** What `buy` would do, or `import` with `import: true`. Nothing is bought or written. */
  plan(params: BuyNumberParams & { readonly import?: boolean }, options?: RequestOptions): ApiCall<NumberPlan> {
    return post(this.#transport, "/v1/numbers", { ...params, dryRun: true }, options)
  }

  /** Gives a number back, once its conversations have another number or an end and its texts have left. Releasing again brings the same operation. */
  release(number: string, options?: RequestOptions): ApiCall<NumberOperation> {
    return new ApiCall(this.#transport.run({ method: "DELETE", path: `/v1/numbers/${segment(number)}` }, options), body<NumberOperation>)
  }

  /** How far a purchase, import or release is. */
  operation(operationId: string, options?: RequestOptions): ApiCall<NumberOperation> {
    return get(this.#transport, `/v1/numbers/operations/${segment(operationId)}`, options)
  }
}

export class OptOuts {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Users who must not be texted, newest first. */
  list(params: OptOutListParams = {}, options?: RequestOptions): PageCall<OptOut> {
    return list(this.#transport, "/v1/opt-outs", params, options)
  }
}

export class Availability {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Every country that something is known of, by its code. */
  list(options?: RequestOptions): ApiCall<ReadonlyArray<CountryAvailability>> {
    const call = this.#transport.run({ method: "GET", path: "/v1/availability" }, options)
    return new ApiCall(call, (answer) => body<{ readonly data: ReadonlyArray<CountryAvailability> }>(answer).data)
  }

  /** What a country offers. Fails with a `NotFoundError` where nothing is known of it. */
  retrieve(country: string, options?: RequestOptions): ApiCall<CountryAvailability> {
    return get(this.#transport, `/v1/availability/${segment(country)}`, options)
  }
}

export class Campaigns {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** What carriers would reject a campaign for. Nothing is kept or sent. */
  scan(campaign: Campaign, options?: RequestOptions): ApiCall<CampaignReport> {
    return post(this.#transport, "/v1/campaigns/scan", campaign, options)
  }
}

export class Templates {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** The templates of the connector's project and environment, by name. */
  list(params: PageParams = {}, options?: RequestOptions): PageCall<Template> {
    return list(this.#transport, "/v1/templates", params, options)
  }
}

export class ScheduledSends {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** The project's sends for later, the newest call first. */
  list(params: ScheduledSendListParams = {}, options?: RequestOptions): PageCall<ScheduledSend> {
    return list(this.#transport, "/v1/scheduled-sends", params, options)
  }

  retrieve(scheduledSendId: string, options?: RequestOptions): ApiCall<ScheduledSend> {
    return get(this.#transport, scheduledPath(scheduledSendId), options)
  }

  /** Takes it back, if it has not been sent. Cancelling again changes nothing. */
  cancel(scheduledSendId: string, options?: RequestOptions): ApiCall<ScheduledSend> {
    return new ApiCall(this.#transport.run({ method: "DELETE", path: scheduledPath(scheduledSendId) }, options), body<ScheduledSend>)
  }
}

/** An empty id would ask for the list instead. */
const segment = (id: string): string => {
  if (id === "") throw new ParleyError("The id is empty.")
  return encodeURIComponent(id)
}

const scheduledPath = (scheduledSendId: string) => `/v1/scheduled-sends/${segment(scheduledSendId)}`
const sessionPath = (sessionId: string) => `/v1/sessions/${segment(sessionId)}`

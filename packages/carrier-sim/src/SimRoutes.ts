/** `/_sim`: the handsets, the faults and the account of what happened. */
import type { Carrier, InboundInput } from "./Carrier.ts"
import type { NumberOptions } from "./CarrierOptions.ts"
import { amount, flag, InvalidControl, objectOf, onlyFields, text, texts } from "./InvalidControl.ts"
import { parseFile } from "./Media.ts"
import { toAccounted } from "./MessageResource.ts"
import { toNumberResource } from "./Numbers.ts"
import type { Decision, Registration } from "./Registrations.ts"

export interface SimRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly body: string
}

export interface SimAnswer {
  readonly status: number
  readonly body: unknown
}

const json = (body: string): unknown => {
  if (body.trim() === "") return {}
  try {
    return JSON.parse(body) as unknown
  } catch {
    throw new InvalidControl({ message: "The body is not JSON." })
  }
}

const e164 = (value: string, name: string): string => {
  if (!/^\+[1-9]\d{1,14}$/u.test(value)) throw new InvalidControl({ message: `"${name}" must be a number in E.164, like +15005550006, not "${value}".` })
  return value
}

const parseInbound = (value: unknown): InboundInput & { readonly wait: boolean } => {
  const what = "An inbound text"
  const fields = objectOf(value, what)
  onlyFields(fields, ["from", "to", "body", "media", "messageSid", "optOutType", "wait"], what)
  const media = Array.isArray(fields["media"]) ? fields["media"].map(parseFile) : undefined
  if (fields["media"] !== undefined && media === undefined) throw new InvalidControl({ message: "\"media\" of an inbound text must be a list of URLs or files." })
  const messageSid = text.optional(fields, "messageSid", what)
  const optOutType = text.optional(fields, "optOutType", what)
  const body = text.optional(fields, "body", what) ?? ""
  if (body === "" && media === undefined) throw new InvalidControl({ message: `${what} needs "body", a string, or "media", a list of URLs or files.` })
  if (messageSid !== undefined && !/^(SM|MM)[0-9a-f]{32}$/u.test(messageSid)) throw new InvalidControl({ message: "\"messageSid\" must be SM or MM and 32 hexadecimal digits." })
  return {
    from: e164(text.required(fields, "from", what), "from"),
    to: text.required(fields, "to", what),
    body,
    ...(media === undefined ? {} : { media }),
    ...(messageSid === undefined ? {} : { messageSid }),
    ...(optOutType === undefined ? {} : { optOutType }),
    wait: flag.optional(fields, "wait", what) ?? true
  }
}

const parseNumber = (value: unknown): NumberOptions => {
  const what = "A number"
  const fields = objectOf(value, what)
  onlyFields(fields, ["phoneNumber", "accountSid", "smsUrl", "smsMethod", "smsFallbackUrl", "statusCallback", "capabilities", "segmentsPerSecond", "registered"], what)
  text.required(fields, "phoneNumber", what)
  for (const name of ["accountSid", "smsUrl", "smsFallbackUrl", "statusCallback"]) text.optional(fields, name, what)
  const method = text.optional(fields, "smsMethod", what)
  if (method !== undefined && method !== "GET" && method !== "POST") throw new InvalidControl({ message: "\"smsMethod\" of a number must be GET or POST." })
  const capabilities = fields["capabilities"] === undefined ? {} : objectOf(fields["capabilities"], "\"capabilities\" of a number")
  onlyFields(capabilities, ["sms", "mms", "voice"], "\"capabilities\" of a number")
  for (const name of ["sms", "mms", "voice"]) flag.optional(capabilities, name, "\"capabilities\" of a number")
  if (amount.optional(fields, "segmentsPerSecond", what) === 0) throw new InvalidControl({ message: "\"segmentsPerSecond\" of a number must be above 0." })
  flag.optional(fields, "registered", what)
  return fields as unknown as NumberOptions
}

const parseDecision = (value: unknown): Decision => {
  const what = "A decision"
  const fields = objectOf(value, what)
  onlyFields(fields, ["status", "reason", "code", "fields", "score", "dailyCap"], what)
  for (const name of ["status", "reason"]) text.optional(fields, name, what)
  for (const name of ["code", "score", "dailyCap"]) amount.optional(fields, name, what)
  texts.optional(fields, "fields", what)
  return fields as Decision
}

const shownRegistration = (registration: Registration): unknown => {
  const { accountSid, kind, refusal, sid, status } = registration
  return {
    kind,
    sid,
    account_sid: accountSid,
    status,
    reason: refusal?.reason ?? null,
    ...(registration.kind === "brand" ? { a2p_profile_bundle_sid: registration.a2pProfileBundleSid, score: registration.score } : {}),
    ...(registration.kind === "campaign" ? { brand_registration_sid: registration.brandSid } : {})
  }
}

const faultsOf = (value: unknown): unknown => (typeof value === "object" && value !== null && "rules" in value ? value.rules : value)

const messages = (carrier: Carrier, query: URLSearchParams): unknown => {
  const to = query.get("to")
  const from = query.get("from")
  const direction = query.get("direction")
  const shown: Array<unknown> = []
  for (const record of carrier.store.oldestFirst()) {
    if ((to === null || record.to === to) && (from === null || record.from === from) && (direction === null || record.direction === direction)) shown.push(toAccounted(record))
  }
  return { messages: shown }
}

const handsetNumber = (path: string): string | undefined => {
  const encoded = /^\/_sim\/handsets\/([^/]+)\/messages$/u.exec(path)?.[1]
  // A plus sign may come as it is, as %2B, or as the space that a form encoder makes of it.
  return encoded?.replace(/%2B/giu, "+").replace(/^(%20| )/u, "+")
}

const answer = async (carrier: Carrier, request: SimRequest, reset: () => void): Promise<SimAnswer> => {
  const ok = (body: unknown): SimAnswer => ({ status: 200, body })
  const number = handsetNumber(request.path)
  if (number !== undefined && request.method === "GET") return ok({ messages: carrier.store.handset(e164(number, "number")) })
  const registration = /^\/_sim\/registrations\/([^/]+)$/u.exec(request.path)?.[1]
  if (registration !== undefined && request.method === "POST") return ok(shownRegistration(carrier.registrations.decide(registration, parseDecision(json(request.body)))))
  switch (`${request.method} ${request.path}`) {
    case "GET /_sim/registrations":
      return ok({ registrations: carrier.registrations.list().map(shownRegistration) })
    case "POST /_sim/inbound": {
      const { wait, ...input } = parseInbound(json(request.body))
      // Without a number there is nothing to wait for: the refusal comes at once.
      const result = carrier.inbound(input)
      if (wait || carrier.senders.numberOf(input.to) === undefined) return ok(await result)
      return { status: 202, body: {} }
    }
    case "POST /_sim/faults":
      carrier.faults.set(faultsOf(json(request.body)))
      return ok({ rules: carrier.faults.list() })
    case "GET /_sim/faults":
      return ok({ rules: carrier.faults.list() })
    case "POST /_sim/reset":
      reset()
      return ok({})
    case "GET /_sim/messages":
      return ok(messages(carrier, request.query))
    case "GET /_sim/webhooks":
      return ok({ webhooks: carrier.webhooks.log() })
    case "GET /_sim/opt-outs":
      return ok({ opt_outs: carrier.optOuts.list() })
    case "GET /_sim/numbers":
      return ok({ numbers: carrier.senders.numbers().map((each) => ({ ...toNumberResource(each), registered: each.registered, segments_per_second: carrier.registrations.segmentsPerSecond(each), messaging_service_sid: carrier.senders.services.with(each.phoneNumber)?.sid ?? null })) })
    case "POST /_sim/numbers":
      return ok(toNumberResource(carrier.putNumber(parseNumber(json(request.body)))))
    case "POST /_sim/advance":
      carrier.clock.advance(amount.required(objectOf(json(request.body), "The time to skip"), "ms", "The time to skip"))
      return ok({ now_ms: carrier.clock.nowMillis() })
    default:
      throw new InvalidControl({
        message: `There is no ${request.method} ${request.path}; there are GET handsets/{number}/messages, messages, webhooks, opt-outs, numbers, registrations, faults and POST inbound, numbers, registrations/{sid}, faults, advance, reset, all below /_sim.`
      })
  }
}

/** Answers a control call; what is wrong with it is a 400 whose `error` is a sentence. */
export const simRoutes = (carrier: Carrier, request: SimRequest, reset: () => void): Promise<SimAnswer> =>
  answer(carrier, request, reset).catch((failure: unknown) => {
    if (failure instanceof InvalidControl) return { status: 400, body: { error: failure.message } }
    throw failure
  })

/** Messaging Services: pools of senders with settings of their own, and which sender a pool picks. */
import { areaCodeOf } from "@parley/schema/NumberPlan"
import { isPhoneNumber } from "@parley/schema/PhoneNumber"
import type { MessagingServiceOptions } from "./CarrierOptions.ts"
import { countryCodeOf, isNorthAmerican, type OwnedNumber } from "./Numbers.ts"
import { iso8601, messagingUrl, newSid } from "./ResourceFormat.ts"

/** Source: error 21713. */
export const serviceUseCases = ["discussion", "marketing", "notifications", "poll", "undeclared", "verification"] as const

export interface ServiceSettings {
  friendlyName: string
  inboundRequestUrl: string | null
  inboundMethod: "GET" | "POST"
  fallbackUrl: string | null
  fallbackMethod: "GET" | "POST"
  statusCallback: string | null
  stickySender: boolean
  mmsConverter: boolean
  smartEncoding: boolean
  scanMessageContent: "inherit" | "enable" | "disable"
  fallbackToLongCode: boolean
  areaCodeGeomatch: boolean
  synchronousValidation: boolean
  validityPeriod: number
  usecase: (typeof serviceUseCases)[number]
  useInboundWebhookOnNumber: boolean
}

export interface MessagingService extends ServiceSettings {
  readonly sid: string
  readonly accountSid: string
  readonly createdAtMillis: number
  updatedAtMillis: number
  /** Since when each phone number is one of its senders, in the order of joining. */
  readonly senders: Map<string, number>
}

/** What Twilio assumes where a create call says nothing. */
export const serviceDefaults: ServiceSettings = {
  friendlyName: "",
  inboundRequestUrl: null,
  inboundMethod: "POST",
  fallbackUrl: null,
  fallbackMethod: "POST",
  statusCallback: null,
  stickySender: true,
  mmsConverter: true,
  smartEncoding: true,
  scanMessageContent: "inherit",
  fallbackToLongCode: true,
  areaCodeGeomatch: true,
  synchronousValidation: false,
  validityPeriod: 36_000,
  usecase: "undeclared",
  useInboundWebhookOnNumber: false
}

export interface MessagingServices {
  of(accountSid: string, sid: string): MessagingService | undefined
  /** The service that a number is a sender of. */
  with(phoneNumber: string): MessagingService | undefined
  /** Newest first. */
  list(accountSid: string): ReadonlyArray<MessagingService>
  create(accountSid: string, settings: ServiceSettings, nowMillis: number): MessagingService
  remove(service: MessagingService): void
  /** Takes a released number out of its pool. */
  forget(phoneNumber: string): void
  /** The sender for `to`: the one it had before, else the next of its country (and of its area code), else the next. */
  choose(service: MessagingService, to: string): string | undefined
  /** Forgets which handset has which sender. */
  unstick(): void
}

const areaCode = (number: string): string | undefined => (isPhoneNumber(number) ? areaCodeOf(number) : undefined)

export const makeMessagingServices = (
  options: ReadonlyArray<MessagingServiceOptions>,
  firstAccountSid: string,
  nowMillis: number,
  numberOf: (phoneNumber: string) => OwnedNumber | undefined
): MessagingServices => {
  const services = new Map<string, MessagingService>()
  const sticky = new Map<string, string>()
  let turn = 0

  for (const { accountSid = firstAccountSid, senders, sid, ...settings } of options) {
    services.set(sid, {
      ...serviceDefaults,
      friendlyName: sid,
      smartEncoding: false,
      useInboundWebhookOnNumber: true,
      ...settings,
      sid,
      accountSid,
      createdAtMillis: nowMillis,
      updatedAtMillis: nowMillis,
      // Here for ever: nothing of them is still being configured.
      senders: new Map(senders.map((sender) => [sender, -Infinity]))
    })
  }

  /** Senders that can text `to`, the best of them only. */
  const candidates = (service: MessagingService, to: string): ReadonlyArray<string> => {
    const pool = [...service.senders.keys()].filter((sender) => numberOf(sender)?.capabilities.sms === true)
    const country = countryCodeOf(to)
    const near = pool.filter((sender) => numberOf(sender)?.country === country)
    if (near.length === 0) return pool
    const nearest = service.areaCodeGeomatch && isNorthAmerican(country) ? near.filter((sender) => areaCode(sender) !== undefined && areaCode(sender) === areaCode(to)) : []
    return nearest.length > 0 ? nearest : near
  }

  return {
    of: (accountSid, sid) => {
      const service = services.get(sid)
      return service?.accountSid === accountSid ? service : undefined
    },
    with: (phoneNumber) => [...services.values()].find((service) => service.senders.has(phoneNumber)),
    list: (accountSid) => [...services.values()].filter((service) => service.accountSid === accountSid).toReversed(),
    create: (accountSid, settings, atMillis) => {
      const service = { ...settings, sid: newSid("MG"), accountSid, createdAtMillis: atMillis, updatedAtMillis: atMillis, senders: new Map<string, number>() }
      services.set(service.sid, service)
      return service
    },
    remove: (service) => void services.delete(service.sid),
    forget: (phoneNumber) => {
      for (const service of services.values()) service.senders.delete(phoneNumber)
    },
    choose: (service, to) => {
      const key = `${service.sid} ${to}`
      const before = sticky.get(key)
      if (service.stickySender && before !== undefined && service.senders.has(before) && numberOf(before) !== undefined) return before
      const best = candidates(service, to)
      const chosen = best[turn++ % Math.max(best.length, 1)]
      if (chosen !== undefined) sticky.set(key, chosen)
      return chosen
    },
    unstick: () => sticky.clear()
  }
}

/** Twilio's Service resource. */
export const toServiceResource = (service: MessagingService, isRegistered: boolean): Readonly<Record<string, unknown>> => {
  const url = messagingUrl(`/Services/${service.sid}`)
  return {
    account_sid: service.accountSid,
    area_code_geomatch: service.areaCodeGeomatch,
    date_created: iso8601(service.createdAtMillis),
    date_updated: iso8601(service.updatedAtMillis),
    fallback_method: service.fallbackMethod,
    fallback_to_long_code: service.fallbackToLongCode,
    fallback_url: service.fallbackUrl,
    friendly_name: service.friendlyName,
    inbound_method: service.inboundMethod,
    inbound_request_url: service.inboundRequestUrl,
    links: {
      alpha_senders: `${url}/AlphaSenders`,
      messages: `https://api.twilio.com/2010-04-01/Accounts/${service.accountSid}/Messages`,
      phone_numbers: `${url}/PhoneNumbers`,
      short_codes: `${url}/ShortCodes`,
      us_app_to_person: `${url}/Compliance/Usa2p`,
      us_app_to_person_usecases: `${url}/Compliance/Usa2p/Usecases`
    },
    mms_converter: service.mmsConverter,
    scan_message_content: service.scanMessageContent,
    sid: service.sid,
    smart_encoding: service.smartEncoding,
    status_callback: service.statusCallback,
    sticky_sender: service.stickySender,
    synchronous_validation: service.synchronousValidation,
    url,
    us_app_to_person_registered: isRegistered,
    use_inbound_webhook_on_number: service.useInboundWebhookOnNumber,
    usecase: service.usecase,
    validity_period: service.validityPeriod
  }
}

/** The resource of a sender in a pool. `capabilities` is a list of words here, unlike that of the number itself. */
export const toPoolResource = (service: MessagingService, number: OwnedNumber): Readonly<Record<string, unknown>> => {
  const joined = iso8601(Math.max(service.senders.get(number.phoneNumber) ?? 0, service.createdAtMillis))
  const { mms, sms, voice } = number.capabilities
  return {
    account_sid: number.accountSid,
    capabilities: [...(voice ? ["Voice"] : []), ...(sms ? ["SMS"] : []), ...(mms ? ["MMS"] : [])],
    country_code: number.country,
    date_created: joined,
    date_updated: joined,
    phone_number: number.phoneNumber,
    service_sid: service.sid,
    sid: number.sid,
    url: messagingUrl(`/Services/${service.sid}/PhoneNumbers/${number.sid}`)
  }
}

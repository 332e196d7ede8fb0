/** Searching, buying, changing and releasing numbers. */
import type { Carrier } from "./Carrier.ts"
import type { NumberOptions } from "./CarrierOptions.ts"
import { notFound, restFailure } from "./CarrierErrors.ts"
import { field, type Form } from "./CreateMessage.ts"
import { containsFilter, offerOf, offers, toOfferResource, type Offer } from "./Inventory.ts"
import { toNumberResource, type OwnedNumber } from "./Numbers.ts"
import { pageOf } from "./Paging.ts"
import type { RestAnswer, RestRequest } from "./RestRequest.ts"
import { accountPath } from "./ResourceFormat.ts"
import { singleResource } from "./SingleResource.ts"

/** Test credentials: this one is never available. Source: Twilio's "Test credentials". */
const unavailable = "+15005550000"
const longestFriendlyName = 64

/** Fields of the form that are only shown back, and their names in the resource. */
const shownBack: Readonly<Record<string, string>> = {
  AddressSid: "address_sid",
  BundleSid: "bundle_sid",
  IdentitySid: "identity_sid",
  SmsApplicationSid: "sms_application_sid",
  SmsFallbackMethod: "sms_fallback_method",
  StatusCallbackMethod: "status_callback_method",
  TrunkSid: "trunk_sid",
  VoiceApplicationSid: "voice_application_sid",
  VoiceFallbackMethod: "voice_fallback_method",
  VoiceFallbackUrl: "voice_fallback_url",
  VoiceMethod: "voice_method",
  VoiceReceiveMode: "voice_receive_mode",
  VoiceUrl: "voice_url"
}

const webUrl = (form: Form, name: string): string | undefined => {
  const url = field(form, name)
  if (url !== undefined && url !== "" && !(/^https?:\/\//iu.test(url) && URL.canParse(url))) throw restFailure(21502, `${name} is not a valid URL: ${url}`)
  return url
}

const settings = (form: Form): Omit<NumberOptions, "phoneNumber"> => {
  const smsUrl = webUrl(form, "SmsUrl")
  const smsFallbackUrl = webUrl(form, "SmsFallbackUrl")
  const statusCallback = webUrl(form, "StatusCallback")
  const method = field(form, "SmsMethod")?.toUpperCase()
  if (method !== undefined && method !== "GET" && method !== "POST") throw restFailure(20001, "SmsMethod must be GET or POST")
  return {
    ...(smsUrl === undefined ? {} : { smsUrl }),
    ...(method === undefined ? {} : { smsMethod: method }),
    ...(smsFallbackUrl === undefined ? {} : { smsFallbackUrl }),
    ...(statusCallback === undefined ? {} : { statusCallback })
  }
}

const applyOthers = (number: OwnedNumber, form: Form): void => {
  const name = field(form, "FriendlyName")
  if (name !== undefined && name.length > longestFriendlyName) throw restFailure(20001, `FriendlyName must be at most ${longestFriendlyName} characters`)
  number.friendlyName = name ?? number.friendlyName
  for (const [formName, key] of Object.entries(shownBack)) {
    const value = field(form, formName)
    if (value !== undefined) number.others[key] = value
  }
}

const buy = (carrier: Carrier, request: RestRequest): RestAnswer => {
  const { form } = request
  const chosen = settings(form)
  const areaCode = field(form, "AreaCode")
  const isFree = (offer: Offer) => carrier.senders.numberOf(offer.phoneNumber) === undefined
  const phoneNumber = field(form, "PhoneNumber") ?? (areaCode === undefined ? undefined : ((offers("US", "Local", areaCode)?.find(isFree) ?? offers("CA", "Local", areaCode)?.find(isFree))?.phoneNumber ?? ""))
  if (phoneNumber === undefined) throw restFailure(21421, "PhoneNumber or AreaCode is required")
  if (phoneNumber === "") throw restFailure(21452, `No phone numbers found in area code ${areaCode}`)
  if (!/^\+[1-9]\d{1,14}$/u.test(phoneNumber)) throw restFailure(21421, `${phoneNumber} is not a valid number`)
  const offer = offerOf(phoneNumber)
  const isMagic = phoneNumber === "+15005550006"
  if (phoneNumber === unavailable || (offer === undefined && !isMagic) || carrier.senders.numberOf(phoneNumber) !== undefined) {
    throw restFailure(21422, `${phoneNumber} is not available.`)
  }
  const number = carrier.putNumber({
    ...chosen,
    phoneNumber,
    accountSid: request.account.sid,
    registered: isMagic,
    ...(offer === undefined ? {} : { capabilities: offer.capabilities })
  })
  applyOthers(number, form)
  return { status: 201, body: toNumberResource(number) }
}

function* owned(carrier: Carrier, request: RestRequest): Iterable<OwnedNumber> {
  const exact = request.query.get("PhoneNumber")
  const name = request.query.get("FriendlyName")
  const matches = exact === null ? undefined : containsFilter(exact)
  for (const number of carrier.senders.numbers().toReversed()) {
    if (number.accountSid !== request.account.sid) continue
    if (name !== null && number.friendlyName !== name) continue
    if (matches === undefined || number.phoneNumber === exact || matches(number.phoneNumber)) yield number
  }
}

export const incomingNumberRoutes = (carrier: Carrier, request: RestRequest): RestAnswer => {
  const [, sid, ...rest] = request.segments
  if (sid === undefined) {
    if (request.method === "POST") return buy(carrier, request)
    if (request.method !== "GET") throw restFailure(20004)
    return { status: 200, body: pageOf(request, { items: owned(carrier, request), key: "incoming_phone_numbers", sidOf: (number) => number.sid, show: toNumberResource }) }
  }
  const number = carrier.senders.numbers().find((each) => each.sid === sid && each.accountSid === request.account.sid)
  if (number === undefined || rest.length > 0) throw notFound(request.path)
  return singleResource(request, {
    show: () => toNumberResource(number),
    change: () => {
      carrier.putNumber({ ...settings(request.form), phoneNumber: number.phoneNumber })
      applyOthers(number, request.form)
    },
    remove: () => carrier.senders.removeNumber(number)
  })
}

/** `/AvailablePhoneNumbers/{CC}/{Local|Mobile|TollFree}.json`: one page, as at Twilio. */
export const availableNumberRoutes = (carrier: Carrier, request: RestRequest): RestAnswer => {
  const [, country = "", type = "", ...rest] = request.segments
  if (request.method !== "GET") throw restFailure(20004)
  const { query } = request
  const all = rest.length > 0 ? undefined : offers(country.toUpperCase(), type, query.get("AreaCode") ?? undefined)
  if (all === undefined) throw notFound(request.path)
  const contains = query.get("Contains")
  const matches = contains === null ? undefined : containsFilter(contains)
  const region = query.get("InRegion")
  const locality = query.get("InLocality")?.toUpperCase()
  const wanted = (name: string, has: boolean) => query.get(name) === null || (query.get(name) === "true") === has
  const size = Math.min(Math.max(Number(query.get("PageSize") ?? 30) || 30, 1), 1000)
  const found = all.filter(
    (offer) =>
      carrier.senders.numberOf(offer.phoneNumber) === undefined &&
      (matches === undefined || matches(offer.phoneNumber)) &&
      (region === null || offer.place.state === region) &&
      (locality === undefined || offer.place.city === locality) &&
      wanted("SmsEnabled", offer.capabilities.sms) &&
      wanted("MmsEnabled", offer.capabilities.mms) &&
      wanted("VoiceEnabled", offer.capabilities.voice)
  )
  return {
    status: 200,
    body: {
      available_phone_numbers: found.slice(0, size).map(toOfferResource),
      uri: accountPath(request.account.sid, `/AvailablePhoneNumbers/${country}/${type}.json${query.size === 0 ? "" : `?${query}`}`)
    }
  }
}

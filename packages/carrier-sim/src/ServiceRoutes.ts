/** `/v1/Services` and the numbers of their pools. */
import type { Carrier } from "./Carrier.ts"
import { notFound, restFailure } from "./CarrierErrors.ts"
import type { Form } from "./CreateMessage.ts"
import { campaignRoutes } from "./CampaignRoutes.ts"
import { flagField, oneOfField, requiredField, textField, urlField, wholeField } from "./FormFields.ts"
import { serviceDefaults, serviceUseCases, toPoolResource, toServiceResource, type MessagingService, type ServiceSettings } from "./MessagingServices.ts"
import { metaPageOf } from "./Paging.ts"
import type { RestAnswer, RestRequest } from "./RestRequest.ts"
import { singleResource } from "./SingleResource.ts"

const methods = ["GET", "POST"] as const

const given = <A>(value: A | undefined, before: A): A => value ?? before
/** The empty text takes an address away. */
const address = (form: Form, name: string, before: string | null): string | null => {
  const url = urlField(form, name)
  return url === undefined ? before : url === "" ? null : url
}

const settingsOf = (form: Form, before: ServiceSettings): ServiceSettings => ({
  friendlyName: given(textField(form, "FriendlyName", 64), before.friendlyName),
  inboundRequestUrl: address(form, "InboundRequestUrl", before.inboundRequestUrl),
  inboundMethod: given(oneOfField(form, "InboundMethod", methods), before.inboundMethod),
  fallbackUrl: address(form, "FallbackUrl", before.fallbackUrl),
  fallbackMethod: given(oneOfField(form, "FallbackMethod", methods), before.fallbackMethod),
  statusCallback: address(form, "StatusCallback", before.statusCallback),
  stickySender: given(flagField(form, "StickySender"), before.stickySender),
  mmsConverter: given(flagField(form, "MmsConverter"), before.mmsConverter),
  smartEncoding: given(flagField(form, "SmartEncoding"), before.smartEncoding),
  scanMessageContent: given(oneOfField(form, "ScanMessageContent", ["inherit", "enable", "disable"]), before.scanMessageContent),
  fallbackToLongCode: given(flagField(form, "FallbackToLongCode"), before.fallbackToLongCode),
  areaCodeGeomatch: given(flagField(form, "AreaCodeGeomatch"), before.areaCodeGeomatch),
  synchronousValidation: given(flagField(form, "SynchronousValidation"), before.synchronousValidation),
  validityPeriod: given(wholeField(form, "ValidityPeriod", 1, 36_000), before.validityPeriod),
  usecase: given(oneOfField(form, "Usecase", serviceUseCases, 21713), before.usecase),
  useInboundWebhookOnNumber: given(flagField(form, "UseInboundWebhookOnNumber"), before.useInboundWebhookOnNumber)
})

const poolRoutes = (carrier: Carrier, service: MessagingService, request: RestRequest): RestAnswer => {
  const [, , , sid, ...rest] = request.segments
  const numbers = carrier.senders.numbers()
  if (sid === undefined) {
    if (request.method === "GET") {
      const items = [...service.senders.keys()].toReversed().flatMap((phoneNumber) => numbers.filter((each) => each.phoneNumber === phoneNumber))
      return { status: 200, body: metaPageOf(request, { items, key: "phone_numbers", sidOf: (each) => each.sid, show: (each) => toPoolResource(service, each) }) }
    }
    if (request.method !== "POST") throw restFailure(20004)
    const wanted = requiredField(request.form, "PhoneNumberSid")
    const number = numbers.find((each) => each.sid === wanted && each.accountSid === request.account.sid)
    if (number === undefined) throw notFound(wanted)
    const now = carrier.senders.services.with(number.phoneNumber)
    if (now !== undefined) throw restFailure(now === service ? 21710 : 21712)
    if (service.senders.size >= carrier.poolLimit) throw restFailure(21714)
    service.senders.set(number.phoneNumber, carrier.clock.nowMillis())
    return { status: 201, body: toPoolResource(service, number) }
  }
  const number = numbers.find((each) => each.sid === sid && service.senders.has(each.phoneNumber))
  if (number === undefined || rest.length > 0) throw notFound(request.path)
  if (request.method === "GET") return { status: 200, body: toPoolResource(service, number) }
  if (request.method !== "DELETE") throw restFailure(20004)
  service.senders.delete(number.phoneNumber)
  return { status: 204 }
}

export const serviceRoutes = (carrier: Carrier, request: RestRequest): RestAnswer => {
  const { clock, registrations } = carrier
  const { services } = carrier.senders
  const [, sid, sub, ...rest] = request.segments
  const show = (service: MessagingService) => toServiceResource(service, registrations.campaignOf(service.sid)?.status === "VERIFIED")
  if (sid === undefined) {
    if (request.method === "GET") return { status: 200, body: metaPageOf(request, { items: services.list(request.account.sid), key: "services", sidOf: (each) => each.sid, show }) }
    if (request.method !== "POST") throw restFailure(20004)
    requiredField(request.form, "FriendlyName")
    return { status: 201, body: show(services.create(request.account.sid, settingsOf(request.form, serviceDefaults), clock.nowMillis())) }
  }
  const service = services.of(request.account.sid, sid)
  if (service === undefined) throw notFound(request.path)
  if (sub === "PhoneNumbers") return poolRoutes(carrier, service, request)
  if (sub === "Compliance" && rest[0] === "Usa2p") return campaignRoutes(carrier, service, { ...request, segments: rest })
  if (sub !== undefined) throw notFound(request.path)
  return singleResource(request, {
    show: () => show(service),
    change: () => Object.assign(service, settingsOf(request.form, service), { updatedAtMillis: clock.nowMillis() }),
    remove: () => {
      services.remove(service)
      registrations.removeCampaignOf(service.sid)
    }
  })
}

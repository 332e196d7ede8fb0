/** `/v1/a2p/BrandRegistrations` and `/v1/Tollfree/Verifications`. */
import { newBrand, toBrandResource, type Brand } from "./Brands.ts"
import type { Carrier } from "./Carrier.ts"
import { notFound, restFailure } from "./CarrierErrors.ts"
import { metaPageOf } from "./Paging.ts"
import type { Registration } from "./Registrations.ts"
import type { RestAnswer, RestRequest } from "./RestRequest.ts"
import { singleResource } from "./SingleResource.ts"
import { editVerification, newVerification, toVerificationResource, type TollfreeVerification } from "./TollfreeVerifications.ts"

const own = (carrier: Carrier, request: RestRequest): ReadonlyArray<Registration> => carrier.registrations.list().filter((each) => each.accountSid === request.account.sid)

export const brandRoutes = (carrier: Carrier, request: RestRequest): RestAnswer => {
  const { clock, registrations } = carrier
  const [, , sid, ...rest] = request.segments
  const brands = own(carrier, request).filter((each): each is Brand => each.kind === "brand")
  if (sid === undefined) {
    if (request.method === "GET") return { status: 200, body: metaPageOf(request, { items: brands, key: "data", sidOf: (each) => each.sid, show: toBrandResource }) }
    if (request.method !== "POST") throw restFailure(20004)
    const brand = newBrand(request.form, request.account.sid, clock.nowMillis())
    registrations.submit(brand)
    return { status: 201, body: toBrandResource(brand) }
  }
  const brand = brands.find((each) => each.sid === sid)
  if (brand === undefined || rest.length > 0) throw notFound(request.path)
  if (request.method === "POST") {
    // What was wrong is corrected in the brand's profile; the update only asks for another look.
    if (brand.status !== "FAILED") throw restFailure(20001, `Only a brand that FAILED can be submitted again; this one is ${brand.status}`)
    brand.status = "PENDING"
    brand.refusal = null
    registrations.submit(brand)
  } else if (request.method !== "GET") throw restFailure(20004)
  return { status: 200, body: toBrandResource(brand) }
}

export const tollfreeRoutes = (carrier: Carrier, request: RestRequest): RestAnswer => {
  const { clock, registrations } = carrier
  const [, , sid, ...rest] = request.segments
  const verifications = own(carrier, request).filter((each): each is TollfreeVerification => each.kind === "toll_free")
  if (sid === undefined) {
    if (request.method === "GET") {
      const { query } = request
      const matches = (name: string, value: unknown) => query.get(name) === null || query.get(name) === value
      const items = verifications.filter((each) => matches("TollfreePhoneNumberSid", each.numberSid) && matches("Status", each.status) && matches("ExternalReferenceId", each.fields["external_reference_id"]))
      return { status: 200, body: metaPageOf(request, { items, key: "verifications", sidOf: (each) => each.sid, show: toVerificationResource }) }
    }
    if (request.method !== "POST") throw restFailure(20004)
    const verification = newVerification(request.form, request.account.sid, carrier.senders.numbers(), clock.nowMillis())
    const before = verifications.find((each) => each.numberSid === verification.numberSid)
    // Which code Twilio gives this is not documented.
    if (before !== undefined) throw restFailure(20001, `${verification.numberSid} has a verification already: ${before.sid}`)
    registrations.submit(verification)
    return { status: 201, body: toVerificationResource(verification) }
  }
  const verification = verifications.find((each) => each.sid === sid)
  if (verification === undefined || rest.length > 0) throw notFound(request.path)
  return singleResource(request, {
    show: () => toVerificationResource(verification),
    change: () => {
      editVerification(verification, request.form)
      registrations.submit(verification)
    },
    remove: () => registrations.remove(verification)
  })
}

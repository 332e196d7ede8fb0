/** `/v1/Services/{MG…}/Compliance/Usa2p`: the campaign of a service. */
import { CampaignUseCase } from "@parley/schema/Campaign"
import type { Carrier } from "./Carrier.ts"
import { newCampaign, rewriteCampaign, toCampaignResource, type Campaign } from "./Campaigns.ts"
import { notFound, restFailure } from "./CarrierErrors.ts"
import type { MessagingService } from "./MessagingServices.ts"
import { metaPageOf } from "./Paging.ts"
import type { RestAnswer, RestRequest } from "./RestRequest.ts"
import { singleResource } from "./SingleResource.ts"

/** Use cases that are reviewed again after their approval. Source: Twilio, "List of campaign use case types". */
const special = new Set<string>(["AGENTS_FRANCHISES", "CHARITY", "EMERGENCY", "K12_EDUCATION", "POLITICAL", "POLITICAL_SECTION_527", "PROXY", "SOCIAL", "SWEEPSTAKE"])

const useCases = (carrier: Carrier, request: RestRequest): RestAnswer => {
  const brandSid = request.query.get("BrandRegistrationSid")
  const brand = brandSid === null ? undefined : carrier.registrations.brandOf(request.account.sid, brandSid)
  const fits = (code: string) => brandSid === null || (brand?.status === "APPROVED" && (brand.brandType === "SOLE_PROPRIETOR") === (code === "SOLE_PROPRIETOR"))
  const nameOf = (code: string) => code.charAt(0) + code.slice(1).toLowerCase().replaceAll("_", " ")
  return {
    status: 200,
    body: { us_app_to_person_usecases: CampaignUseCase.literals.filter(fits).map((code) => ({ code, name: nameOf(code), description: `${nameOf(code)} texts`, post_approval_required: special.has(code) })) }
  }
}

/** `request.segments` begins with `Usa2p`. */
export const campaignRoutes = (carrier: Carrier, service: MessagingService, request: RestRequest): RestAnswer => {
  const { clock, registrations } = carrier
  const [, sid, ...rest] = request.segments
  const campaign = registrations.campaignOf(service.sid)
  const brandOf = (brandSid: string) => registrations.brandOf(request.account.sid, brandSid)
  const show = (each: Campaign) => toCampaignResource(each, brandOf(each.brandSid))
  if (sid === "Usecases" && rest.length === 0 && request.method === "GET") return useCases(carrier, request)
  if (sid === undefined) {
    if (request.method === "GET") return { status: 200, body: metaPageOf(request, { items: campaign === undefined ? [] : [campaign], key: "compliance", sidOf: (each) => each.sid, show }) }
    if (request.method !== "POST") throw restFailure(20004)
    const created = newCampaign(request.form, service.sid, brandOf, clock.nowMillis())
    // Which code Twilio gives this is not documented.
    if (campaign !== undefined) throw restFailure(20001, `The Messaging Service ${service.sid} has a campaign already: ${campaign.sid}`)
    registrations.submit(created)
    return { status: 201, body: show(created) }
  }
  if (campaign?.sid !== sid || rest.length > 0) throw notFound(request.path)
  return singleResource(request, {
    show: () => show(campaign),
    change: () => {
      rewriteCampaign(campaign, request.form)
      registrations.submit(campaign)
    },
    remove: () => registrations.remove(campaign)
  })
}

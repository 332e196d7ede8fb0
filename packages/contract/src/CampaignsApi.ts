/** Campaigns: what carriers would say of one before it is submitted. */
import { Campaign, CampaignReport } from "@parley/schema/Campaign"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Access, RequestErrors } from "./Access.ts"

/** What is scanned, and what comes of it, as programs see them. */
export type ScanCampaign = typeof Campaign.Type
export type ScanReport = typeof CampaignReport.Type

export class CampaignsApi extends HttpApiGroup.make("campaigns")
  .add(
    HttpApiEndpoint.post("scan", "/scan", { payload: Campaign, success: CampaignReport }).annotateMerge(
      OpenApi.annotations({
        identifier: "scanCampaign",
        summary: "Scan a campaign before it is submitted",
        description:
          "Finds what carriers reject an A2P 10DLC campaign for, where it stands, by which published rule, and what to write instead. Nothing is kept or sent. A body is at most 64 KB: of long policies give the part on texts, or scan with `parley campaign scan`, which has no such limit. The codes are those of Twilio's error dictionary."
      })
    )
  )
  .middleware(RequestErrors)
  .middleware(Access)
  .prefix("/v1/campaigns")
  .annotateMerge(OpenApi.annotations({ title: "Campaigns", description: "What carriers would say of a campaign." }))
{}

/** `parley campaign scan file.json`: what carriers would reject a campaign for, without a gateway. */
import { Console, Effect, Schema } from "effect"
import { Campaign, type CampaignFinding, type CampaignReport } from "@parley/schema/Campaign"
import { scan as scanned } from "@parley/core/campaign/Scan"
import * as Mistakes from "../Mistakes.ts"
import * as JsonFile from "./JsonFile.ts"

/** The file can't be used; `message` says why, with the place. */
export class BadCampaignFile extends Schema.TaggedError<BadCampaignFile>()("BadCampaignFile", { file: Schema.String, detail: Schema.String }) {
  override get message(): string {
    return `${this.file === "-" ? "The campaign" : this.file} is not valid:\n${this.detail}`
  }
}

/** Carriers would reject the campaign. The findings have been shown; this makes the exit code 1. */
export class CampaignRejected extends Schema.TaggedError<CampaignRejected>()("CampaignRejected", { blockers: Schema.Int }) {
  override get message(): string {
    return `carriers would reject this campaign, for ${this.blockers} ${this.blockers === 1 ? "reason" : "reasons"}.`
  }
}

// A field that nobody knows is a mistake in a file: its text would go unread.
const decode = Schema.decodeUnknownEffect(Campaign, { errors: "all", onExcessProperty: "error" })

const read = Effect.fnUntraced(function*(file: string) {
  const bad = (detail: string) => new BadCampaignFile({ file, detail })
  const json = yield* JsonFile.read(file).pipe(Effect.mapError(({ problem }) => bad(`  - ${problem}`)))
  return yield* decode(json).pipe(Effect.mapError((error) => bad(Mistakes.sentences(error.issue, "it").map((problem) => `  - ${problem}`).join("\n"))))
})

const signs = { blocker: "✗", warning: "!", advice: "·" } as const

const place = ({ place: { field, quote, sample } }: CampaignFinding) => `${field}${sample === null ? "" : `[${sample}]`}${quote === null || quote === "" ? "" : `: “${quote}”`}`

const lines = (finding: CampaignFinding): ReadonlyArray<string> => [
  `${signs[finding.severity]} ${finding.severity.padEnd(7)} ${finding.rule}`,
  `    ${place(finding)}`,
  `    ${finding.detail}`,
  `    Why: ${finding.source.reason} (${finding.source.code === null ? "" : `Twilio ${finding.source.code}, `}${finding.source.name})`,
  `    Better: ${finding.suggestion}`,
  ""
]

const verdicts: Readonly<Record<CampaignReport["verdict"], string>> = {
  rejected: "Carriers would reject this campaign.",
  at_risk: "A reviewer may reject this campaign.",
  ready: "Nothing here would stop this campaign."
}

/** Shows the findings, the worst first, and fails when carriers would reject the campaign. */
export const scan = Effect.fnUntraced(function*(file: string, json: boolean) {
  const report = scanned(yield* read(file))
  if (json) yield* Console.log(JSON.stringify(report, null, 2))
  else yield* Console.log([...report.findings.flatMap(lines), `${verdicts[report.verdict]} Score: ${report.score} of 100.`].join("\n"))
  if (report.verdict !== "rejected") return
  return yield* new CampaignRejected({ blockers: new Set(report.findings.filter(({ severity }) => severity === "blocker").map(({ rule }) => rule)).size })
})

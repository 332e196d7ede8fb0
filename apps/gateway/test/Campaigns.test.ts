import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Schema } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Campaign } from "@parley/schema/Campaign"
import { rules, scan } from "@parley/core/campaign/Scan"
import { sources } from "@parley/core/campaign/Sources"
import { expectProblem } from "./harness/Api.ts"
import { parley } from "./harness/Command.ts"
import { startGateway, type TestGateway } from "./harness/Gateway.ts"
import { projectFile, secrets } from "./harness/Projects.ts"

interface Report {
  readonly verdict: string
  readonly score: number
  readonly findings: ReadonlyArray<{ readonly rule: string; readonly severity: string; readonly place: { readonly field: string; readonly sample: number | null; readonly quote: string | null } }>
}

const path = "/v1/campaigns/scan"

const ready = {
  brand_name: "Harbor Family Clinic",
  use_case: "ACCOUNT_NOTIFICATION",
  description: "Harbor Family Clinic sends appointment reminders to patients who agreed to them on the clinic's intake form.",
  message_flow:
    "Patients fill in the form at https://harborclinic.example.com/intake. An optional box reads: \"I agree to receive texts from Harbor Family Clinic. Message frequency varies. Message and data rates may apply. Reply STOP to opt out, HELP for help.\" Privacy policy and terms: https://harborclinic.example.com/legal.",
  message_samples: [
    "Harbor Family Clinic: You have an appointment on [date] at [time]. Reply C to confirm. Reply STOP to opt out.",
    "Harbor Family Clinic: Dr. Lee is running late today. We are sorry for the wait."
  ],
  has_embedded_links: false,
  has_embedded_phone: false,
  privacy_policy: "Harbor Family Clinic does not share mobile numbers with third parties or affiliates for marketing purposes.",
  terms: "Harbor Family Clinic texts. Message frequency varies. Message and data rates may apply. Reply STOP to cancel, HELP for help. Carriers are not liable for delayed or undelivered messages."
}
const rejected = { ...ready, message_samples: [ready.message_samples[0], "Harbor Family Clinic: Your results are in: https://bit.ly/3xYz12"] }

describe("POST /v1/campaigns/scan", () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({
      projects: [projectFile({
        api_keys: [
          { name: "tests", secret_env: "TEST_API_KEY" },
          { name: "reader", secret_env: "READ_API_KEY", scopes: ["read"] },
          { name: "sender", secret_env: "SEND_API_KEY", scopes: ["send"] }
        ]
      })]
    })
  })
  afterAll(() => gateway.close())

  const scan = async (campaign: object): Promise<Report> => {
    const response = await gateway.api.post(path, campaign)
    expect(response.status).toBe(200)
    return await response.json() as Report
  }

  it("finds nothing in a campaign that is ready", async () => {
    expect(await scan(ready)).toEqual({ verdict: "ready", score: 100, findings: [] })
  })

  it("says what carriers reject, and where", async () => {
    const { findings, score, verdict } = await scan(rejected)
    expect([verdict, score < 50]).toEqual(["rejected", true])
    expect(findings.filter(({ severity }) => severity === "blocker").map(({ place, rule }) => [rule, place.field, place.sample])).toEqual([
      ["links/shortener", "message_samples", 1],
      ["links/not-declared", "message_samples", 1]
    ])
  })

  it("answers as the document's example says", async () => {
    const document = await gateway.api.read<{ readonly paths: Record<string, { readonly post: { readonly requestBody: unknown; readonly responses: Record<string, unknown> } }> }>("/openapi.json")
    const { requestBody, responses } = document.paths[path]?.post ?? { requestBody: null, responses: {} }
    const example = (holder: unknown) => (holder as { readonly content: { readonly "application/json": { readonly example: object } } }).content["application/json"].example
    expect(await scan(example(requestBody))).toEqual(example(responses["200"]))
  })

  it("bears texts of any length and kind", async () => {
    expect((await scan({ ...ready, description: "", message_samples: [], terms: "\u{1F600}\n".repeat(2_000) })).verdict).toBe("rejected")
  })

  it("refuses what is no campaign, naming each field", async () => {
    const problem = await expectProblem(await gateway.api.post(path, { ...ready, use_case: "SPAM", message_samples: "one" }), 400, "invalid-request")
    expect(problem.errors?.map(({ path }) => path).toSorted()).toEqual(["message_samples", "use_case"])
  })

  it("refuses more than a body may hold", async () => {
    await expectProblem(await gateway.api.post(path, { ...ready, terms: "a".repeat(70_000) }), 400, "invalid-request")
  })

  it("needs a key that may read", async () => {
    const as = (key: string | undefined) => gateway.apiFor({ key: key ?? "" }).post(path, ready)
    await expectProblem(await as("pk_wrong"), 401, "invalid-api-key")
    await expectProblem(await as(secrets["SEND_API_KEY"]), 403, "missing-scope")
    expect((await as(secrets["READ_API_KEY"])).status).toBe(200)
  })
})

describe("parley", () => {
  const folder = mkdtempSync(join(tmpdir(), "parley-campaign-"))
  afterAll(() => rmSync(folder, { recursive: true }))

  const file = (name: string, value: unknown) => {
    const at = join(folder, name)
    writeFileSync(at, typeof value === "string" ? value : JSON.stringify(value))
    return at
  }

  it("campaign scan exits with 0 where nothing stops a campaign", async () => {
    expect(await parley(["campaign", "scan", file("ready.json", ready)])).toEqual({ code: 0, stdout: "Nothing here would stop this campaign. Score: 100 of 100.\n", stderr: "" })
  })

  it("campaign scan exits with 1 where carriers would reject it, and shows each finding", async () => {
    const { code, stderr, stdout } = await parley(["campaign", "scan", file("rejected.json", rejected)])
    expect(code).toBe(1)
    expect(stdout).toMatch(/links\/shortener\n {4}message_samples\[1\]: “.*bit\.ly.*”\n.*\n.*Twilio 30892.*\n {4}Better: /u)
    expect(stderr).toBe("parley: carriers would reject this campaign, for 2 reasons.\n")
  })

  it("campaign scan --json writes the report alone, with the same exit code", async () => {
    const { code, stdout } = await parley(["campaign", "scan", file("rejected.json", rejected), "--json"])
    expect([code, (JSON.parse(stdout) as Report).verdict]).toEqual([1, "rejected"])
  })

  it("campaign scan says what is wrong with a file", async () => {
    const { code, stderr } = await parley(["campaign", "scan", file("wrong.json", { ...ready, use_case: "SPAM", terms_url: "x" })])
    expect(code).toBe(1)
    expect(stderr).toMatch(/- terms_url is not known: correct its spelling, or remove it/u)
    expect(stderr).toMatch(/- use_case must be /u)
    expect((await parley(["campaign", "scan", join(folder, "nowhere.json")])).stderr).toMatch(/nowhere\.json is not valid:\n {2}- there is no such file/u)
  })

  it("availability shows a country without a gateway", async () => {
    const { code, stdout } = await parley(["availability", "gb"])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^GB {2}people can answer\n {4}short code .*300\+ segments\/s.*10–16 weeks.*\n {4}long code .*10 segments\/s.*at once/u)
    expect((await parley(["availability", "xx"])).stderr).toMatch(/Nothing is known of "xx"/u)
  })

  it("availability goes by the operator's file, which its own --json can begin", async () => {
    const { stdout } = await parley(["availability", "--json"])
    const own = file("own.json", stdout.replace("\"country\": \"GB\",\n      \"two_way\": true", "\"country\": \"GB\",\n      \"two_way\": false"))
    expect((await parley(["availability", "GB"], { AVAILABILITY_FILE: own })).stdout).toMatch(/^GB {2}nobody can answer/u)
    const wrong = await parley(["availability", "GB"], { AVAILABILITY_FILE: file("wrong.json", { data: [{}] }) })
    expect([wrong.code, wrong.stderr.includes("data[0].country is missing: add it")]).toEqual([1, true])
  })
})

describe("apps/docs/compliance.md", () => {
  const docs = join(import.meta.dirname, "../../docs")

  it("has a row for each rule", () => {
    const rows = rules.map(({ id, severity, source }) => {
      const { code, name } = sources[source]
      return `| \`${id}\` | ${severity} | ${code ?? ""} | ${name.replace("Campaign vetting rejection: ", "")} |`
    })
    const table = /<!-- rules:[^>]*-->\n([\s\S]*?)\n<!-- \/rules -->/u.exec(readFileSync(join(docs, "compliance.md"), "utf8"))?.[1]
    expect(table).toBe(["| rule | severity | code | source |", "|---|---|---|---|", ...rows].join("\n"))
  })

  it("shows a campaign that is ready", () => {
    const example: unknown = JSON.parse(readFileSync(join(docs, "examples/campaign.json"), "utf8"))
    expect(scan(Schema.decodeUnknownSync(Campaign)(example))).toEqual({ verdict: "ready", score: 100, findings: [] })
  })
})

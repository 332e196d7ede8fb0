import { Layer, Result } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { CountryAvailability } from "@parley/schema/Availability"
import { Country } from "@parley/schema/Country"
import { builtIn, CurrentAvailability, override } from "@parley/core/Availability"
import { parse } from "../src/AvailabilityFile.ts"
import { expectProblem } from "./harness/Api.ts"
import { startGateway, type TestGateway } from "./harness/Gateway.ts"
import { number, projectFile } from "./harness/Projects.ts"

interface Row {
  readonly country: string
  readonly two_way: boolean
  readonly senders: ReadonlyArray<{ readonly type: string; readonly segments_per_second: { readonly from: number | null } }>
  readonly source: { readonly name: string; readonly read_on: string }
}

const send = { user_number: "+447400123456", message: "Hello" }

describe("without a file of the operator's", () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({
      projects: [
        projectFile({ numbers: [number("+447400000001")] }),
        projectFile({
          project: "short",
          connectors: [{ id: "conn_short", environment: "live" }],
          numbers: [number("+353871234567", "live", { type: "short_code", country: "IE" })]
        })
      ]
    })
  })
  afterAll(() => gateway.close())

  it("answers every country with its senders and sources", async () => {
    const { data } = await gateway.api.read<{ readonly data: ReadonlyArray<Row> }>("/v1/availability")
    expect(data.map(({ country }) => country)).toEqual(["BG", "CA", "CZ", "DE", "FR", "GB", "HR", "IE", "IT", "NL", "SK", "US"])
    for (const row of data) expect(row.source).toEqual({ name: expect.stringMatching(/\S/u) as string, read_on: "mid 2026" })
  })

  it.each(["GB", "gb"])("answers one country, asked for as %s", async (code) => {
    const row = await gateway.api.read<Row>(`/v1/availability/${code}`)
    expect(row).toMatchObject({ country: "GB", two_way: true, senders: [{ type: "short_code", segments_per_second: { from: 300, to: null } }, { type: "long_code" }] })
  })

  it("gives an answer that an operator's file may hold", async () => {
    expect(Result.getOrThrow(parse(await (await gateway.api.get("/v1/availability")).text()))).toEqual(builtIn)
  })

  it("says that nothing is known of a country, and which are known", async () => {
    expect((await expectProblem(await gateway.api.get("/v1/availability/JP"), 404, "not-found")).detail).toContain("Known countries: BG, CA")
  })

  it.each(["GBR", "1", "%00"])("answers 404 to what is no country: %s", async (code) => {
    await expectProblem(await gateway.api.get(`/v1/availability/${code}`), 404, "not-found")
  })

  it("asks for a key, a connector and the scope to read", async () => {
    await expectProblem(await fetch(`${gateway.url}/v1/availability`), 401, "invalid-api-key")
    await expectProblem(await gateway.apiFor({ connector: "conn_nobody" }).get("/v1/availability/GB"), 404, "unknown-connector")
  })

  it("refuses a send to a country where nobody can answer, and says so", async () => {
    const problem = await expectProblem(await gateway.api.post("/v1/outbound-sms", { ...send, user_number: "+385912345678" }), 400, "no-eligible-number")
    expect(problem.detail).toContain("People in HR cannot answer texts; no type of sender works there.")
  })

  it("refuses a send from a type of sender that the country does not have, and names one that it has", async () => {
    const problem = await expectProblem(await gateway.apiFor({ connector: "conn_short" }).post("/v1/outbound-sms", { ...send, user_number: "+353851234567" }), 400, "no-eligible-number")
    expect(problem.detail).toContain("IE does not carry texts of a short code; use a long code.")
  })

  it("sends where the table has nothing against it", async () => {
    await gateway.api.send(send.user_number, send.message)
  })
})

describe("with the operator's rows", () => {
  const source = { name: "A letter of the carrier", readOn: "2026-11-24" }
  const gb: CountryAvailability = { country: Country.make("GB"), twoWay: false, senders: [], notes: ["Closed for maintenance."], source }
  const jp: CountryAvailability = { ...gb, country: Country.make("JP"), twoWay: true }
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({
      projects: [projectFile({ numbers: [number("+447400000001")] })],
      store: (store) => Layer.merge(store, Layer.succeed(CurrentAvailability, override(builtIn, [gb, jp])))
    })
  })
  afterAll(() => gateway.close())

  it("answers them in place of its own, and the rest as before", async () => {
    expect(await gateway.api.read<Row>("/v1/availability/GB")).toMatchObject({ two_way: false, notes: ["Closed for maintenance."], source: { read_on: "2026-11-24" } })
    expect(await gateway.api.read<Row>("/v1/availability/JP")).toMatchObject({ two_way: true })
    expect(await gateway.api.read<Row>("/v1/availability/US")).toMatchObject({ two_way: true, source: { read_on: "mid 2026" } })
  })

  it("sends by them: what they close is refused", async () => {
    const problem = await expectProblem(await gateway.api.post("/v1/outbound-sms", send), 400, "no-eligible-number")
    expect(problem.detail).toContain("People in GB cannot answer texts")
  })
})

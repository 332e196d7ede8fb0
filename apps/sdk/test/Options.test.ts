import { afterEach, describe, expect, it, vi } from "vitest"
import { Parley, ParleyError } from "../src/index.ts"
import { settingsOf } from "../src/Options.ts"

afterEach(() => {
  vi.unstubAllEnvs()
})

const some = { apiKey: "pk_1", connectorId: "conn_1", baseUrl: "http://127.0.0.1:8080" }

describe("a client", () => {
  it("tries three times of thirty seconds by default", () => {
    expect(settingsOf(some)).toMatchObject({ maxRetries: 2, timeout: 30_000 })
  })

  it("is set up by the environment alone", () => {
    vi.stubEnv("PARLEY_API_KEY", "pk_2")
    vi.stubEnv("PARLEY_CONNECTOR_ID", "conn_2")
    vi.stubEnv("PARLEY_BASE_URL", "https://parley.example.com/")
    expect(settingsOf({})).toMatchObject({ apiKey: "pk_2", connectorId: "conn_2", baseUrl: "https://parley.example.com" })
    expect(settingsOf(some)).toMatchObject(some)
    expect(settingsOf({ cluster: "uk-1" }).baseUrl).toBe("https://api.uk-1.platform.polyai.app")
  })

  it.each(["us-1", "uk-1", "euw-1"] as const)("finds cluster %s", (cluster) => {
    expect(settingsOf({ apiKey: "pk_1", connectorId: "conn_1", cluster }).baseUrl).toBe(`https://api.${cluster}.platform.polyai.app`)
  })

  it.each([
    ["no key", { ...some, apiKey: undefined }, "Parley needs apiKey: pass { apiKey } or set PARLEY_API_KEY."],
    ["an empty key", { ...some, apiKey: "" }, "Parley needs apiKey: pass { apiKey } or set PARLEY_API_KEY."],
    ["no connector", { ...some, connectorId: undefined }, "Parley needs connectorId: pass { connectorId } or set PARLEY_CONNECTOR_ID."],
    ["no address", { ...some, baseUrl: undefined }, "Parley needs baseUrl: pass { baseUrl } or set PARLEY_BASE_URL."],
    ["two addresses", { ...some, cluster: "us-1" as const }, "Pass baseUrl or cluster, not both."],
    ["an address without a scheme", { ...some, baseUrl: "localhost:8080" }, "baseUrl must begin with http:// or https://, not localhost:8080."]
  ])("with %s says what to do", (_, options, message) => {
    vi.stubEnv("PARLEY_API_KEY", "")
    vi.stubEnv("PARLEY_CONNECTOR_ID", "")
    vi.stubEnv("PARLEY_BASE_URL", "")
    expect(() => new Parley(options)).toThrow(new ParleyError(message))
  })

  it("uses the fetch that it is given", async () => {
    const urls: Array<string> = []
    const fetch: typeof globalThis.fetch = (input) => {
      urls.push(String(input))
      return Promise.resolve(Response.json({ data: [], next_cursor: null }))
    }
    await new Parley({ ...some, fetch }).numbers.list()
    expect(urls).toEqual(["http://127.0.0.1:8080/v1/numbers"])
  })
})

describe("a browser", () => {
  const inBrowser = () => {
    vi.stubGlobal("window", { document: {} })
    vi.stubGlobal("document", {})
    vi.stubGlobal("navigator", { userAgent: "Mozilla/5.0" })
  }
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  it("gets no client, and is told why", () => {
    inBrowser()
    expect(() => new Parley(some)).toThrow("This is a browser, and an API key does not belong there")
  })

  it("gets one with a warning when that is no danger", () => {
    inBrowser()
    const warnings: Array<string> = []
    const logger = { warn: (message: string) => warnings.push(message), info: () => {}, debug: () => {} }
    expect(new Parley({ ...some, logger, dangerouslyAllowBrowser: true }).sessions).toBeDefined()
    expect(warnings).toEqual(["parley: the API key is in a browser, where everybody who opens the page can read it."])
  })

  it("is not seen where only some of its globals are, as in a worker", () => {
    vi.stubGlobal("navigator", { userAgent: "Cloudflare-Workers" })
    expect(new Parley(some).sessions).toBeDefined()
  })
})

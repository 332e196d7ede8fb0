/** The entries as a bundler for browsers or workers leaves them. */
import { fileURLToPath } from "node:url"
import { createContext, runInContext } from "node:vm"
import { gzipSync } from "node:zlib"
import { rolldown } from "rolldown"
import { describe, expect, it } from "vitest"
import type * as Sdk from "../src/index.ts"
import type * as Webhooks from "../src/webhooks.ts"
import { accepted, inTurn, listen, problem, sessionId } from "./Server.ts"

/** What a bundle of an entry holds, minified, as one script that leaves `sdk` behind. */
const bundle = async (entry: string): Promise<string> => {
  const build = await rolldown({ input: fileURLToPath(new URL(`../src/${entry}.ts`, import.meta.url)), platform: "neutral", external: () => false })
  const { output } = await build.generate({ format: "iife", name: "sdk", minify: true })
  await build.close()
  expect(output).toHaveLength(1)
  return output[0].code
}

const [main, webhooks] = await Promise.all([bundle("index"), bundle("webhooks")])

/** A realm of its own with what the web has and nothing of Node's: no `process`, no `Buffer`, no `require`, no `import`. */
const realm = (more: object = {}) =>
  createContext({ AbortController, AbortSignal, Headers, Request, Response, TextDecoder, TextEncoder, URL, URLSearchParams, atob, btoa, clearTimeout, console, crypto, fetch, performance, setTimeout, ...more })

const load = <Exports>(code: string, more: object = {}): Exports => runInContext(`${code};sdk`, realm(more)) as Exports

describe("size", () => {
  it("of the main entry is at most 8 kB, and of the webhooks' 3 kB, minified and gzipped", () => {
    expect(gzipSync(main).length).toBeLessThanOrEqual(8_192)
    expect(gzipSync(webhooks).length).toBeLessThanOrEqual(3_072)
  })
})

describe("where there is nothing but the web's globals", () => {
  it("a text is sent, after a retry", async () => {
    const server = await listen(inTurn(problem(503, {}, { "retry-after": "0" }), accepted))
    const { Parley } = load<typeof Sdk>(main)
    const parley = new Parley({ apiKey: "pk_1", connectorId: "conn_1", baseUrl: server.url })
    expect(await parley.outboundSms.send({ message: "Hello", userNumber: "+15005550123" })).toMatchObject({ sessionId })
    expect(server.received).toHaveLength(2)
  })

  it("an error is of its class", async () => {
    const server = await listen(inTurn(problem(404)))
    const { NotFoundError, Parley } = load<typeof Sdk>(main)
    const parley = new Parley({ apiKey: "pk_1", connectorId: "conn_1", baseUrl: server.url })
    expect(await parley.messages.retrieve("msg_1").catch((error: unknown) => error)).toBeInstanceOf(NotFoundError)
  })

  it("what is missing in the set-up is said without an environment", () => {
    const { Parley } = load<typeof Sdk>(main)
    expect(() => new Parley({ connectorId: "conn_1" })).toThrow("Parley needs baseUrl: pass { baseUrl } or set PARLEY_BASE_URL.")
  })

  it("an environment that may not be read counts as none", () => {
    const { Parley } = load<typeof Sdk>(main, { process: { get env(): never { throw new Error("Requires env access") } } })
    expect(new Parley({ apiKey: "pk_1", connectorId: "conn_1", baseUrl: "http://127.0.0.1:1" }).sessions).toBeDefined()
    expect(() => new Parley({ connectorId: "conn_1", baseUrl: "http://127.0.0.1:1" })).toThrow("Parley needs apiKey")
  })

  it("a webhook is verified", async () => {
    const { receiveAgentTurn, signedTestTurn } = load<typeof Webhooks>(webhooks)
    expect((await receiveAgentTurn(await signedTestTurn({ texts: ["YES"] }, "whsec_c2VjcmV0"), "whsec_c2VjcmV0")).texts[0]?.text).toBe("YES")
    await expect(receiveAgentTurn(await signedTestTurn({}, "whsec_c2VjcmV0"), "another")).rejects.toMatchObject({ reason: "no_match" })
  })

  it("a page gets no client", () => {
    const { Parley } = load<typeof Sdk>(main, { window: {}, document: {}, navigator: {} })
    expect(() => new Parley({ apiKey: "pk_1", connectorId: "conn_1", baseUrl: "http://127.0.0.1:1" })).toThrow("This is a browser")
  })
})

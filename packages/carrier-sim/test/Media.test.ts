import { afterAll, beforeAll, beforeEach, expect, describe, it } from "vitest"
import { type RunningCarrierSim, startCarrierSim } from "../src/startCarrierSim.ts"
import { startAfresh, startApplication } from "./Application.ts"
import { clientOf } from "./TwilioClient.ts"

const number = "+15005550006"
const handset = "+14155550100"
const png = Buffer.from("89504e470d0a1a0a", "hex")

let sim: RunningCarrierSim
let app: Awaited<ReturnType<typeof startApplication>>

beforeAll(async () => {
  app = await startApplication()
  sim = await startCarrierSim()
  sim.number({ phoneNumber: number, smsUrl: `${app.url}/sms` })
})
beforeEach(() => startAfresh(sim, app))
afterAll(async () => {
  await sim.close()
  await app.close()
})

const inbound = (body: object) => fetch(`${sim.url}/_sim/inbound`, { method: "POST", body: JSON.stringify({ from: handset, to: number, ...body }) })
const authorization = () => `Basic ${Buffer.from(`${sim.accountSid}:${sim.authToken}`).toString("base64")}`
const open = (url: string | undefined, init: RequestInit = {}) => fetch(url ?? "", { headers: { authorization: authorization() }, ...init })

describe("files of a handset", () => {
  it("are served where the webhook says, to whoever has the account's credentials, from another path", async () => {
    const response = await inbound({ body: "Look", media: [{ contentType: "image/png", content: png.toString("base64") }, { contentType: "video/mp4", size: 200_000 }] })
    expect(response.status).toBe(200)
    const params = app.received[0]?.params ?? {}
    expect(params).toMatchObject({ NumMedia: "2", MediaContentType0: "image/png", MediaContentType1: "video/mp4", MessageSid: expect.stringMatching(/^MM/u) })
    const url = params["MediaUrl0"]
    expect(url).toMatch(new RegExp(`^${sim.url}/2010-04-01/Accounts/${sim.accountSid}/Messages/MM[0-9a-f]{32}/Media/ME[0-9a-f]{32}$`, "u"))

    expect((await open(url, { headers: {} })).status).toBe(401)
    const redirect = await open(url, { redirect: "manual" })
    expect(redirect.status).toBe(307)
    const elsewhere = new URL(redirect.headers.get("location") ?? "", sim.url)
    const file = await fetch(elsewhere)
    expect([file.headers.get("content-type"), file.headers.get("content-length")]).toEqual(["image/png", "8"])
    expect(Buffer.from(await file.arrayBuffer())).toEqual(png)
    elsewhere.searchParams.set("key", "another")
    expect((await fetch(elsewhere)).status).toBe(403)
    expect((await (await open(params["MediaUrl1"])).arrayBuffer()).byteLength).toBe(200_000)
  })

  it("are a subresource of their message, in the official client too, and can be deleted", async () => {
    const { sid } = await sim.inbound({ from: handset, to: number, body: "", media: [{ contentType: "image/png", content: png.toString("base64") }] })
    const message = clientOf(sim).messages(sid)
    const [file] = await message.media.list()
    expect(file).toMatchObject({ contentType: "image/png", parentSid: sid, sid: expect.stringMatching(/^ME/u) })
    expect(await message.media(file?.sid ?? "").fetch()).toMatchObject({ uri: `/2010-04-01/Accounts/${sim.accountSid}/Messages/${sid}/Media/${file?.sid}.json` })
    expect(await message.media(file?.sid ?? "").remove()).toBe(true)
    expect(await message.media.list()).toEqual([])
    await expect(message.media(file?.sid ?? "").fetch()).rejects.toMatchObject({ status: 404 })
    expect(await message.fetch()).toMatchObject({ numMedia: "0" })
  })

  it.each([
    ["neither bytes nor a size", [{ contentType: "image/png" }], /needs "content", its bytes as base64, or "size"/u],
    ["both", [{ contentType: "image/png", content: "AAAA", size: 3 }], /needs "content"/u],
    ["no base64", [{ contentType: "image/png", content: "!" }], /must be base64/u],
    ["no type", [{ content: "AAAA" }], /needs "contentType"/u],
    ["too large a size", [{ contentType: "image/png", size: 1e9 }], /at most 67108864 bytes/u],
    ["no list", "https://example.com/a.png", /must be a list/u]
  ])("with %s are refused", async (_, media, sentence) => {
    const response = await inbound({ media })
    expect(response.status).toBe(400)
    expect((await response.json() as { error: string }).error).toMatch(sentence)
  })
})

describe("files of an application", () => {
  it("are on the handset with their URL, and the carrier's own address leads there", async () => {
    const url = "https://example.com/ticket.png"
    const message = await clientOf(sim).messages.create({ to: handset, from: number, body: "Your ticket", mediaUrl: [url] })
    sim.advance(60_000)
    await sim.settled()
    expect(sim.handset(handset)[0]).toMatchObject({ num_media: "1", media: [{ url, content_type: "image/png" }] })
    const [file] = await clientOf(sim).messages(message.sid).media.list()
    const opened = await open(`${sim.url}/2010-04-01/Accounts/${sim.accountSid}/Messages/${message.sid}/Media/${file?.sid}`, { redirect: "manual" })
    expect([opened.status, opened.headers.get("location")]).toEqual([307, url])
  })
})

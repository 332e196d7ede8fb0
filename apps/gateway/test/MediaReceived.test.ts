/** Pictures and other files that users send: to the agent, in the history, and fetched from the carrier for whoever may have them. */
import { Effect, Option } from "effect"
import { createServer } from "node:http"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { InboundInput } from "@parley/carrier-sim/Carrier"
import { MessageStore } from "@parley/core/ports/MessageStore"
import { MessageId } from "@parley/schema/Ids"
import { startAgent, type TestAgent } from "./harness/Agent.ts"
import { expectProblem } from "./harness/Api.ts"
import { startGateway, type TestGateway } from "./harness/Gateway.ts"
import { number, projectFile, us } from "./harness/Projects.ts"
import { newUser } from "./harness/Users.ts"
import { until } from "./harness/Waiting.ts"

const png = Buffer.from("89504e470d0a1a0a0000", "hex")
const picture = { contentType: "image/png", content: png.toString("base64") }

interface FileBody {
  readonly url: string
  readonly content_type: string | null
  readonly size_bytes: number | null
  readonly path: string | null
}
interface WithFiles {
  readonly id: string
  readonly text: string
  readonly media: ReadonlyArray<FileBody>
}

let gateway: TestGateway
let agent: TestAgent

beforeAll(async () => {
  agent = await startAgent()
  gateway = await startGateway({
    projects: [
      projectFile({
        agent: agent.asAgent,
        session: { coalesce: "2 seconds" },
        numbers: [number(us)],
        api_keys: [{ name: "tests", secret_env: "TEST_API_KEY" }, { name: "send", secret_env: "SEND_API_KEY", scopes: ["send"] }]
      }),
      projectFile({ project: "other", account: "ws-other", numbers: [number("+14155550005")], api_keys: [{ name: "other", secret_env: "OTHER_API_KEY" }] })
    ]
  })
})
afterAll(async () => {
  await gateway.close()
  await agent.close()
})

const firstText = async (user: string): Promise<WithFiles> => {
  const [session] = await gateway.api.sessionsOf(user)
  const [text] = (await gateway.api.history(session?.id ?? "")) as unknown as ReadonlyArray<WithFiles>
  return text ?? expect.fail("the text was not kept")
}

const arrive = async (files: NonNullable<InboundInput["media"]>, body = "Look") => {
  const user = newUser()
  const { webhook } = await gateway.carrier.text(user, us, body, { media: files })
  expect(webhook.status).toBe(200)
  return { ...await firstText(user), user }
}

/** The text once its files are known. */
const known = (user: string) =>
  until("what the files are", async () => {
    const text = await firstText(user)
    return text.media.every(({ size_bytes }) => size_bytes !== null) && text
  }, () => firstText(user))

const open = (path: string | null | undefined, api = gateway.api) => api.get(path ?? "/nowhere")

describe("files that a user sends", () => {
  it("are in the history with type and size, soon after their text", async () => {
    const { id, text, user } = await arrive([picture, { contentType: "video/mp4", size: 200_000 }])
    expect(text).toBe("Look")
    expect((await known(user)).media.map(({ content_type, path, size_bytes }) => [content_type, size_bytes, path])).toEqual([
      ["image/png", png.length, `/v1/messages/${id}/media/0`],
      ["video/mp4", 200_000, `/v1/messages/${id}/media/1`]
    ])
  })

  it("are told to the agent, also without a text", async () => {
    const { user } = await arrive([picture], "")
    const { media } = await known(user)
    const [call] = await agent.waitForCalls(user, 1)
    expect(call?.texts).toMatchObject([{ text: "", media }])
  })

  it("are fetched for whoever has a key of the account, as something to be kept away from a browser", async () => {
    const { id, media } = await arrive([picture])
    const response = await open(media[0]?.path)
    expect(response.status).toBe(200)
    expect(Buffer.from(await response.arrayBuffer())).toEqual(png)
    expect(Object.fromEntries(["content-type", "content-length", "content-disposition", "x-content-type-options", "content-security-policy", "cache-control"].map((name) => [name, response.headers.get(name)]))).toEqual({
      "content-type": "image/png",
      "content-length": String(png.length),
      "content-disposition": `attachment; filename="${id}-0"`,
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; sandbox",
      "cache-control": "private, no-store"
    })
    expect(response.headers.get("x-polyai-correlation-id")).toMatch(/\S/u)
  })

  it("are octets, unless their type is one that does nothing by itself", async () => {
    const types = ["text/html", "image/svg+xml", "application/javascript", "text/xml; charset=utf-8", "nonsense", "IMAGE/JPEG; name=\"a.jpg\"", "text/x-vcard"]
    const { media } = await arrive(types.map((contentType) => ({ ...picture, contentType })))
    const served = await Promise.all(media.map(async ({ path }) => (await open(path)).headers.get("content-type")))
    expect(served).toEqual([...Array<string>(5).fill("application/octet-stream"), "image/jpeg", "text/x-vcard"])
  })

  it("are streamed, and end with their reader", async () => {
    const { media } = await arrive([{ contentType: "video/mp4", size: 12 * 1024 * 1024 }])
    const whole = await open(media[0]?.path)
    expect((await whole.arrayBuffer()).byteLength).toBe(12 * 1024 * 1024)
    const left = await open(media[0]?.path)
    await left.body?.cancel()
    expect((await open(media[0]?.path)).status).toBe(200)
  })

  it("are nobody else's, and no others than there are", async () => {
    const { id, media } = await arrive([picture])
    const other = gateway.apiFor({ key: "pk_another-accounts-key-000000000000000000000", connector: "conn_other" })
    await expectProblem(await open(media[0]?.path, other), 404, "not-found")
    await expectProblem(await open(media[0]?.path, gateway.apiFor({ key: "pk_the-sending-key-00000000000000000000000000" })), 403, "missing-scope")
    await expectProblem(await fetch(gateway.url + media[0]?.path), 401, "invalid-api-key")
    for (const index of ["1", "-1", "x", "0.5", "1e0", "999999999999"]) await expectProblem(await open(`/v1/messages/${id}/media/${index}`), 404, "not-found")
    const sent = await gateway.api.send(newUser(), "Look", { media_urls: ["https://example.com/a.png"] })
    const [message] = await gateway.api.history(sent)
    await expectProblem(await open(`/v1/messages/${message?.id}/media/0`), 404, "not-found")
  })
})

describe("a file that can't be had", () => {
  it("because the carrier is away is a 503, and may be had later", async () => {
    gateway.carrier.fault({ effect: { type: "error-before" }, match: { path: "/Media/" } })
    const { media } = await arrive([picture])
    expect((await expectProblem(await open(media[0]?.path), 503, "service-unavailable")).retry_after).toBe(5)
    gateway.carrier.sim.faults([])
    expect((await open(media[0]?.path)).status).toBe(200)
  })

  it("because it was deleted is a 404", async () => {
    const { id, media } = await arrive([picture])
    const authorization = `Basic ${Buffer.from(`${gateway.carrier.sim.accountSid}:${gateway.carrier.sim.authToken}`).toString("base64")}`
    expect((await fetch(media[0]?.url ?? "", { method: "DELETE", headers: { authorization } })).status).toBe(204)
    expect((await expectProblem(await open(`/v1/messages/${id}/media/0`), 404, "not-found")).detail).toMatch(/does not have the file any more/u)
  })

  it("because it is larger than is passed on is a 502 that says so", async () => {
    const { media } = await arrive([{ contentType: "video/mp4", size: 17 * 1024 * 1024 }])
    expect((await expectProblem(await open(media[0]?.path), 502, "file-not-available")).detail).toMatch(/larger than 16 MB/u)
  })

  it("because its address is none of the carrier's is a 502, and nobody is asked", async () => {
    const asked: Array<string> = []
    const elsewhere = createServer((request, response) => {
      asked.push(request.url ?? "")
      response.end("secret")
    })
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve))
    const address = elsewhere.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    const path = `/2010-04-01/Accounts/${gateway.carrier.sim.accountSid}/Messages/MM${"1".repeat(32)}/Media/ME${"1".repeat(32)}`
    const { id, media } = await arrive([`http://127.0.0.1:${port}${path}`])
    expect((await expectProblem(await open(media[0]?.path), 502, "file-not-available")).detail).toMatch(/nothing was asked/u)
    await until("that nobody asks any more", async () => {
      const found = await gateway.run(Effect.flatMap(MessageStore, (store) => store.get(MessageId.make(id))))
      return Option.exists(found, ({ nextAttemptAt }) => nextAttemptAt === null)
    })
    expect(asked).toEqual([])
    await new Promise<void>((resolve) => elsewhere.close(() => resolve()))
  })
})

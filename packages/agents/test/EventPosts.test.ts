import { once } from "node:events"
import { createServer } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Option, Redacted, Result } from "effect"
import type { Event } from "@parley/core/Event"
import type { EventWebhook } from "@parley/core/EventWebhook"
import { EventReceiver, type NotReceived } from "@parley/core/ports/EventReceiver"
import { AccountId, EventId, ProjectId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import * as EventPosts from "../src/EventPosts.ts"
import { keyOf, verify } from "../src/StandardWebhook.ts"
import { serve } from "./agentServer.ts"

const secret = Redacted.make("whsec_c2VjcmV0IG9mIGJ5dGVz")
const at = DateTime.makeUnsafe("2026-11-24T09:00:23Z")
const whose = { projectId: ProjectId.make("demo"), environment: "live" } as const
const event: Event = {
  ...whose,
  id: EventId.make(`evt_${"0".repeat(26)}`),
  accountId: AccountId.make("ws-demo"),
  occurredAt: at,
  type: "opt_out.recorded",
  optOut: { ...whose, userNumber: PhoneNumber.make("+447700900123"), agentNumber: PhoneNumber.make("+15005550006"), source: "keyword", optedOutAt: at }
}

interface Call {
  readonly webhook?: Partial<EventWebhook>
  readonly timeout?: Duration.Duration
  readonly allowLoopback?: boolean
}

const layer = (allowLoopback: boolean) =>
  EventPosts.layer({ secret: (name) => name === "CRM_SECRET" ? Option.some(secret) : Option.none(), allowLoopback, allowPrivate: [], encode: ({ id, type }) => JSON.stringify({ id, type, text: "Grüße" }) })

const post = (url: string, { allowLoopback = true, timeout = Duration.seconds(15), webhook = {} }: Call = {}) =>
  EventReceiver.use((receiver) => receiver.post({ name: "crm", url, secretEnv: "CRM_SECRET", types: null, environment: null, ...webhook }, event, timeout)).pipe(Effect.provide(layer(allowLoopback)))

const refused = (url: string, call?: Call): Effect.Effect<NotReceived> => Effect.flip(post(url, call)) as Effect.Effect<NotReceived>

describe("an event", () => {
  it.live("is one signed POST, whose id is the event's", () =>
    Effect.gen(function*() {
      const { received, url } = yield* serve((response) => response.writeHead(204).end())
      yield* post(url)
      const [call] = received
      if (call === undefined) return assert.fail("nothing came")
      assert.strictEqual(call.method, "POST")
      assert.deepInclude(call.headers, { "content-type": "application/json", "user-agent": "Parley", "webhook-id": event.id })
      assert.deepStrictEqual(JSON.parse(call.body), { id: event.id, type: event.type, text: "Grüße" })
      const headers = { id: call.headers["webhook-id"] as string, timestamp: call.headers["webhook-timestamp"] as string, signature: call.headers["webhook-signature"] as string }
      const believed = verify(headers, call.body, [Result.getOrThrow(keyOf(secret))], yield* DateTime.now)
      assert.deepStrictEqual(believed, Result.succeed(event.id))
      assert.lengthOf(received, 1)
    }))

  it.live.each([200, 201, 202, 204, 299])("has arrived with %i, whatever comes with it", (status) =>
    Effect.gen(function*() {
      const { url } = yield* serve((response) => response.writeHead(status, { "content-encoding": "gzip" }).end(status === 204 ? undefined : "x".repeat(100_000)))
      yield* post(url)
    }))

  it.live.each([
    [400, "refused"], [413, "refused"], [422, "refused"],
    [401, "not_now"], [403, "not_now"], [404, "not_now"], [408, "not_now"], [409, "not_now"], [410, "not_now"], [429, "not_now"], [500, "not_now"], [503, "not_now"],
    [301, "not_now"], [307, "not_now"]
  ] as const)("has not arrived with %i: %s", ([status, reason]) =>
    Effect.gen(function*() {
      const { port, received, url } = yield* serve((response) => response.writeHead(status, { location: "/elsewhere" }).end("Sorry"))
      const failure = yield* refused(url)
      assert.strictEqual(failure.reason, reason)
      assert.include(failure.detail, `127.0.0.1:${port} answered ${status}`)
      assert.isNull(failure.wait)
      assert.lengthOf(received, 1)
    }))

  it.live("waits as long as the receiver asks", () =>
    Effect.gen(function*() {
      const { url } = yield* serve((response) => response.writeHead(429, { "retry-after": "120" }).end())
      assert.deepStrictEqual((yield* refused(url)).wait, Duration.seconds(120))
    }))

  it.live("has not arrived where nobody listens, nobody answers, or what answers is no HTTP", () =>
    Effect.gen(function*() {
      const { url } = yield* serve(() => {})
      assert.include((yield* refused(url, { timeout: Duration.millis(200) })).detail, "took more than")
      const closed = yield* Effect.scoped(Effect.map(serve(() => {}), ({ url }) => url))
      assert.include((yield* refused(closed)).detail, "cannot be reached")
      const noHttp = createServer((socket) => socket.end("220 mail.example.com ESMTP\r\n")).listen(0, "127.0.0.1")
      yield* Effect.promise(() => once(noHttp, "listening"))
      const address = noHttp.address()
      const port = typeof address === "object" ? address?.port : 0
      assert.include((yield* refused(`http://127.0.0.1:${port}/`)).detail, "does not answer in HTTP")
      noHttp.close()
    }))

  it.live("is not posted to a private address, with credentials in the URL, or unsigned", () =>
    Effect.gen(function*() {
      const { port, received, url } = yield* serve((response) => response.writeHead(204).end())
      const failures = [
        yield* refused(url, { allowLoopback: false }),
        yield* refused("http://169.254.169.254/latest/meta-data"),
        yield* refused(`http://user:password@127.0.0.1:${port}/`),
        yield* refused(url, { webhook: { secretEnv: "UNSET" } })
      ]
      assert.deepStrictEqual(failures.map(({ reason }) => reason), Array(4).fill("not_now"))
      const [loopback, metadata, credentials, unset] = failures.map(({ detail }) => detail)
      assert.include(loopback, "an address that the gateway may not call")
      assert.include(metadata, "an address that the gateway may not call")
      assert.strictEqual(credentials, "The webhook's URL holds credentials: sign its calls with secret_env instead.")
      assert.strictEqual(unset, "The environment variable UNSET with the webhook's secret is not set.")
      assert.lengthOf(received, 0)
    }))
})

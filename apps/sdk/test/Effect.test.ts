import { describe, expect, it } from "@effect/vitest"
import { examples } from "@parley/contract/Examples"
import { MessageId, SessionId } from "@parley/schema/Ids"
import { MessageText } from "@parley/schema/MessageText"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { Clock, ConfigProvider, Effect, Fiber, Layer, Redacted, Stream } from "effect"
import { HttpClient, HttpClientError, HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { type CallSettings, CallOptions, EndedWithoutReply, items, NoReply, Parley, waitForReply } from "../src/effect.ts"

const id = SessionId.make("TW_SMS_01KAV5RK8ETQ8Y4V2N6W3Z7J9C")
const session = { ...examples["retrieveSession"]?.answer as object, id }
const message = (of: number, more: object) => ({ ...examples["retrieveMessage"]?.answer as object, id: `msg_${String(of).padStart(26, "0")}`, ...more })
const reply = { direction: "inbound", author: "user", purpose: "text", status: "received" }

interface Received {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly atMillis: number
}

type Play = (request: Received, before: number) => Response | "breaks" | "never"

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) => Response.json(body, { status, headers: { "content-type": status < 400 ? "application/json" : "application/problem+json", ...headers } })
const problem = (status: number, type: string, more: object = {}, headers: Record<string, string> = {}) => json({ type: `urn:parley:problem:${type}`, title: titles[type], status, detail: "What to do.", ...more }, status, headers)
const titles: Readonly<Record<string, string>> = {
  "rate-limited": "Too many requests.",
  "service-unavailable": "The service is not available.",
  "not-found": "There is no such thing."
}
const accepted = () => new Response(null, { status: 202, headers: { location: `/v1/sessions/${id}` } })

/** A service over a client that plays answers, and what it was asked. */
const playing = (play: Play, settings: CallSettings = {}) => {
  const received: Array<Received> = []
  const client = Layer.succeed(HttpClient.HttpClient, HttpClient.make((request, url) =>
    Effect.gen(function*() {
      const one: Received = { method: request.method, url: url.toString(), headers: request.headers, atMillis: yield* Clock.currentTimeMillis }
      const played = play(one, received.push(one) - 1)
      if (played === "never") return yield* Effect.never
      if (played === "breaks") return yield* new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request, description: "reset" }) })
      return HttpClientResponse.fromWeb(request, played)
    })))
  const layer = Parley.layer({ apiKey: Redacted.make("pk_1"), connectorId: "conn_1", baseUrl: "http://parley.test", ...settings })
  return { received, layer: layer.pipe(Layer.provide(client)) }
}

/** Runs it while the virtual clock goes on, a quarter of a second whenever there is nothing else to do. */
const run = Effect.fnUntraced(function*<A, E, R>(program: Effect.Effect<A, E, R>) {
  const fiber = yield* Effect.forkChild(program)
  while (fiber.pollUnsafe() === undefined) {
    yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
    yield* TestClock.adjust("250 millis")
  }
  return yield* Fiber.join(fiber)
})

const send = (headers: { readonly idempotencyKey?: string } = {}) =>
  Effect.flatMap(Parley, (parley) => parley.outboundSms.send({ headers, payload: { message: MessageText.make("Hello"), userNumber: PhoneNumber.make("+15005550123") } }))
const retrieve = Effect.flatMap(Parley, (parley) => parley.sessions.retrieve({ params: { id } }))

describe("a call", () => {
  it.effect("carries key, connector and an idempotency key, and brings what the contract decodes", () => {
    const { layer, received } = playing(accepted)
    return Effect.gen(function*() {
      expect((yield* run(send())).headers.location).toBe(`/v1/sessions/${id}`)
      expect(received).toMatchObject([{ method: "POST", url: "http://parley.test/v1/outbound-sms", headers: { "x-polyai-auth-token": "pk_1", "x-token-id": "conn_1" } }])
      expect(received[0]?.headers["idempotency-key"]).toMatch(/^[0-9a-f-]{36}$/u)
    }).pipe(Effect.provide(layer))
  })

  it.effect("that reads carries no idempotency key", () => {
    const { layer, received } = playing(() => json(session))
    return Effect.gen(function*() {
      expect((yield* run(retrieve)).id).toBe(id)
      expect(received[0]?.headers["idempotency-key"]).toBeUndefined()
    }).pipe(Effect.provide(layer))
  })

  it.effect("fails with the problem of the contract", () =>
    run(Effect.flip(retrieve)).pipe(
      Effect.map((error) => expect(error).toMatchObject({ _tag: "NotFound", detail: "What to do." })),
      Effect.provide(playing(() => problem(404, "not-found")).layer)
    ))
})

describe("retries", () => {
  it.effect("share one idempotency key, and wait as long as Retry-After says", () => {
    const plays = [() => problem(503, "service-unavailable", {}, { "retry-after": "3" }), () => problem(429, "rate-limited", { retry_after: 1 }, { "retry-after": "1" }), accepted]
    const { layer, received } = playing((_, before) => plays[before]?.() ?? accepted())
    return Effect.gen(function*() {
      yield* run(send({ idempotencyKey: "order-17" }))
      expect(received.map(({ headers }) => headers["idempotency-key"])).toEqual(["order-17", "order-17", "order-17"])
      const [first = 0, ...others] = received.map(({ atMillis }) => atMillis)
      expect(others.map((at) => at - first)).toEqual([3000, 4000])
    }).pipe(Effect.provide(layer))
  })

  it.effect("share the key that was made for the call; another call has another", () => {
    const { layer, received } = playing((_, before) => before === 0 ? "breaks" : accepted())
    return Effect.gen(function*() {
      yield* run(send())
      yield* run(send())
      const [first, second, third] = received.map(({ headers }) => headers["idempotency-key"])
      expect(second).toBe(first)
      expect(third).not.toBe(first)
    }).pipe(Effect.provide(layer))
  })

  it.effect("are two, and then the failure is the last answer's", () => {
    const { layer, received } = playing(() => problem(429, "rate-limited", { retry_after: 1 }, { "retry-after": "1" }))
    return Effect.gen(function*() {
      expect(yield* run(Effect.flip(send()))).toMatchObject({ _tag: "RateLimited", retry_after: 1 })
      expect(received).toHaveLength(3)
    }).pipe(Effect.provide(layer))
  })

  it.effect("are as many as the client or the call says", () => {
    const { layer, received } = playing(() => "breaks", { maxRetries: 4 })
    return Effect.gen(function*() {
      expect(yield* run(Effect.flip(send()))).toMatchObject({ _tag: "HttpClientError" })
      expect(received).toHaveLength(5)
      yield* run(Effect.flip(send()).pipe(Effect.provideService(CallOptions, { maxRetries: 0 })))
      expect(received).toHaveLength(6)
    }).pipe(Effect.provide(layer))
  })

  it.effect("are left to the caller when the pause would be longer than a minute", () => {
    const { layer, received } = playing(() => problem(429, "rate-limited", { retry_after: 61 }, { "retry-after": "61" }))
    return Effect.gen(function*() {
      expect(yield* run(Effect.flip(send()))).toMatchObject({ _tag: "RateLimited", retry_after: 61 })
      expect(received).toHaveLength(1)
    }).pipe(Effect.provide(layer))
  })

  it.effect("do not follow a failure that would come again", () => {
    const { layer, received } = playing(() => problem(404, "not-found"))
    return run(Effect.flip(retrieve)).pipe(Effect.map(() => expect(received).toHaveLength(1)), Effect.provide(layer))
  })

  it.effect("follow a body that breaks off", () => {
    const broken = () => new Response(new ReadableStream({ pull: (controller) => controller.error(new Error("reset")) }), { headers: { "content-type": "application/json" } })
    const { layer, received } = playing((_, before) => before === 0 ? broken() : json(session))
    return Effect.gen(function*() {
      expect((yield* run(retrieve)).id).toBe(id)
      expect(received).toHaveLength(2)
    }).pipe(Effect.provide(layer))
  })

  it.effect("follow a try that took too long, in the client's time or the call's", () => {
    const { layer, received } = playing(() => "never", { timeout: "2 seconds", maxRetries: 0 })
    return Effect.gen(function*() {
      expect(yield* run(Effect.flip(retrieve))).toMatchObject({ _tag: "HttpClientError", reason: { description: "No answer within 2s." } })
      yield* run(Effect.flip(retrieve).pipe(Effect.provideService(CallOptions, { timeout: "1 second", maxRetries: 1 })))
      expect(received).toHaveLength(3)
    }).pipe(Effect.provide(layer))
  })
})

it.effect("items are those of all pages", () => {
  const page = ({ url }: Received) => {
    const from = Number(new URL(url).searchParams.get("cursor") ?? 0)
    return json({ data: [session], next_cursor: from < 2 ? String(from + 1) : null })
  }
  const { layer, received } = playing(page)
  return Effect.gen(function*() {
    const parley = yield* Parley
    const all = items((from) => parley.sessions.list({ query: { state: "engaged", limit: 1, ...from } }))
    expect(yield* run(Stream.runCollect(all))).toHaveLength(3)
    expect(received.map(({ url }) => new URL(url).search)).toEqual(["?state=engaged&limit=1", "?state=engaged&limit=1&cursor=1", "?state=engaged&limit=1&cursor=2"])
  }).pipe(Effect.provide(layer))
})

describe("waiting for a reply", () => {
  const conversation = (state: object, texts: (atMillis: number) => ReadonlyArray<object>) => {
    let begunAt: number | undefined
    return playing(({ atMillis, url }) => {
      begunAt ??= atMillis
      return url.includes("/messages") ? json({ data: texts(atMillis - begunAt), next_cursor: null }) : json({ ...session, ...state })
    })
  }

  it.effect("ends with the first text after a message, once it is there", () => {
    const { layer, received } = conversation({}, (millis) => millis < 5_000 ? [message(1, {})] : [message(4, reply), message(3, reply), message(2, { ...reply, purpose: "keyword" }), message(1, reply)])
    return Effect.gen(function*() {
      const found = yield* run(waitForReply(id, { after: MessageId.make(message(1, {}).id) }))
      expect(found.id).toBe(message(3, {}).id)
      expect(received.length).toBe(2 * 5)
    }).pipe(Effect.provide(layer))
  })

  it.effect("fails as NoReply when the time is up", () =>
    run(Effect.flip(waitForReply(id, { timeout: "20 seconds" }))).pipe(
      Effect.map((error) => expect(error).toEqual(new NoReply({ sessionId: id }))),
      Effect.provide(conversation({}, () => []).layer)
    ))

  it.effect("fails as EndedWithoutReply when the session has ended", () =>
    run(Effect.flip(waitForReply(id))).pipe(
      Effect.map((error) => expect(error).toEqual(new EndedWithoutReply({ sessionId: id, endReason: "superseded" }))),
      Effect.provide(conversation({ state: "ended", end_reason: "superseded" }, () => []).layer)
    ))
})

describe("a client from the environment", () => {
  const client = Layer.succeed(HttpClient.HttpClient, HttpClient.make((request) => Effect.succeed(HttpClientResponse.fromWeb(request, json(session)))))
  const from = (env: Record<string, string>) => Parley.layerConfig.pipe(Layer.provide(client), Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env }))))

  it.effect("is set up by three variables", () =>
    run(retrieve).pipe(
      Effect.map((found) => expect(found.id).toBe(id)),
      Effect.provide(from({ PARLEY_API_KEY: "pk_1", PARLEY_CONNECTOR_ID: "conn_1", PARLEY_BASE_URL: "http://parley.test" }))
    ))

  it.effect("says which is missing", () =>
    Effect.flip(Layer.build(from({ PARLEY_API_KEY: "pk_1", PARLEY_BASE_URL: "http://parley.test" }))).pipe(
      Effect.scoped,
      Effect.map((error) => expect(String(error)).toContain("PARLEY_CONNECTOR_ID"))
    ))
})

/** What a create call means after each way in which it can go wrong on the wire. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import type * as Http from "node:http"
import * as Net from "node:net"
import { Carrier, type CarrierFailure } from "@parley/core/ports/Carrier"
import * as TwilioCarrier from "../src/TwilioCarrier.ts"
import { make, TwilioCallFailed } from "../src/TwilioHttpClient.ts"
import { closedPort, json, serve } from "./LoopbackServer.ts"
import { accountFor, always, resource, text } from "./Texts.ts"

type Reason = CarrierFailure["reason"]
type Tag = Reason["_tag"]

const outcome = (baseUrl: URL, timeout: Duration.Duration): Effect.Effect<Reason> =>
  Effect.flatMap(Carrier, (carrier) => Effect.flip(carrier.send(text, always))).pipe(
    Effect.map(({ reason }) => reason),
    Effect.orDie,
    Effect.provide(TwilioCarrier.layer({ accountFor, publicUrl: null, baseUrl, timeout }))
  )

const patient = Duration.seconds(20)
const hasty = Duration.millis(150)

/** Accepts connections and says nothing. */
const muteServer = Effect.map(
  Effect.acquireRelease(
    Effect.callback<{ readonly server: Net.Server; readonly sockets: Set<Net.Socket> }>((resume) => {
      const sockets = new Set<Net.Socket>()
      const server = Net.createServer((socket) => {
        sockets.add(socket)
        socket.on("error", () => sockets.delete(socket))
      })
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed({ server, sockets })))
    }),
    ({ server, sockets }) =>
      Effect.callback<void>((resume) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resume(Effect.void))
      })
  ),
  ({ server }) => (server.address() as Net.AddressInfo).port
)

describe("a create call of which nothing left", () => {
  it.effect("finds nobody listening", () =>
    Effect.gen(function*() {
      const reason = yield* outcome(yield* closedPort, patient)
      assert.strictEqual(reason._tag, "NotNow")
      assert.include(reason._tag === "NotNow" ? reason.detail : "", "ECONNREFUSED")
    }))

  it.effect("finds no such host", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* outcome(new URL("http://nobody.invalid"), patient))._tag, "NotNow")
    }))

  it.effect("meets a server that speaks no TLS", () =>
    Effect.gen(function*() {
      const { asked, baseUrl } = yield* serve((_, response) => json(response, 201, resource()))
      const reason = yield* outcome(new URL(`https://${baseUrl.host}`), patient)
      assert.deepStrictEqual([reason._tag, asked.length], ["NotNow", 0])
    }))

  it.effect("waits in vain for the connection", () =>
    Effect.gen(function*() {
      const reason = yield* outcome(new URL(`https://127.0.0.1:${yield* muteServer}`), hasty)
      assert.strictEqual(reason._tag, "NotNow")
      assert.include(reason._tag === "NotNow" ? reason.detail : "", "could not be reached in time")
    }))
})

const created = JSON.stringify(resource())

type Answer = (response: Http.ServerResponse, socket: Net.Socket) => void

const raw = (text: string): Answer => (_, socket) => void socket.end(text)

const head = (bytes: number) => `HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n`

const answers: ReadonlyArray<readonly [string, Answer, Tag, Duration.Duration?]> = [
  ["is reset before any answer", (_, socket) => void socket.resetAndDestroy(), "Ambiguous"],
  ["is closed before any answer", (_, socket) => void socket.end(), "Ambiguous"],
  ["is reset after the headers", (response, socket) => {
    response.writeHead(201, { "content-length": created.length })
    response.write(created.slice(0, 10), () => socket.resetAndDestroy())
  }, "Ambiguous"],
  ["gets half an answer", raw(head(created.length) + created.slice(0, 100)), "Ambiguous"],
  ["gets a chunked answer without its end", raw(`HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n`), "Ambiguous"],
  ["gets no HTTP", raw("220 mail.example.com ESMTP\r\n"), "Ambiguous"],
  ["gets no answer in time", () => undefined, "Ambiguous", hasty],
  ["gets headers and then nothing", (response) => void response.writeHead(201, { "content-length": 10 }).flushHeaders(), "Ambiguous", hasty],
  ["gets a web page", (response) => void response.end("<html>welcome</html>"), "Ambiguous"],
  ["gets an empty 200", (response) => void response.end(), "Ambiguous"],
  ["gets an empty 204", (response) => void response.writeHead(204).end(), "Ambiguous"],
  ["gets a list", (response) => json(response, 201, []), "Ambiguous"],
  ["gets no SID", (response) => json(response, 201, { ...resource(), sid: undefined }), "Ambiguous"],
  ["gets an empty SID", (response) => json(response, 201, { ...resource(), sid: "" }), "Ambiguous"],
  ["gets more than it reads", (response) => json(response, 201, resource({ body: "x".repeat(5 * 1024 * 1024) })), "Ambiguous"],
  ["is sent elsewhere", (response) => void response.writeHead(307, { location: "/elsewhere" }).end(), "Ambiguous"],
  ["gets a 500", (response) => json(response, 500, { code: 20500, message: "Internal", status: 500 }), "Ambiguous"],
  ["gets a 502 as a web page", (response) => void response.writeHead(502).end("<html>Bad gateway</html>"), "Ambiguous"],
  ["gets a 503", (response) => json(response, 503, { code: 20503, message: "Unavailable", status: 503 }), "Ambiguous"],
  ["gets a 408", (response) => void response.writeHead(408).end(), "Ambiguous"],
  ["gets a 429", (response) => json(response, 429, { code: 20429, message: "Too many", status: 429 }), "NotNow"],
  ["gets a 429 as a web page", (response) => void response.writeHead(429).end("<html>slow down</html>"), "NotNow"],
  ["gets a 401", (response) => json(response, 401, { code: 20003, message: "Authenticate", status: 401 }), "Refused"],
  ["gets a 403", (response) => json(response, 403, { code: 20003, message: "Forbidden", status: 403 }), "Refused"],
  ["gets 21211", (response) => json(response, 400, { code: 21211, message: "Invalid To", status: 400 }), "Rejected"],
  ["gets 21610", (response) => json(response, 400, { code: 21610, message: "Unsubscribed", status: 400 }), "RecipientOptedOut"],
  ["gets 21611", (response) => json(response, 400, { code: 21611, message: "Queue full", status: 400 }), "NotNow"],
  ["gets a code as text", (response) => json(response, 400, { code: "21610" }), "RecipientOptedOut"],
  ["gets a 400 with hostile fields", (response) => json(response, 400, { code: { a: 1 }, message: ["x"] }), "Rejected"]
]

describe("a create call that left", () => {
  for (const [name, answer, tag, timeout] of answers) {
    it.effect(`${name}: ${tag}, and is not repeated`, () =>
      Effect.gen(function*() {
        const { asked, baseUrl } = yield* serve((_, response, socket) => answer(response, socket))
        assert.strictEqual((yield* outcome(baseUrl, timeout ?? patient))._tag, tag)
        assert.strictEqual(asked.length, 1)
      }))
  }

  it.effect("waits as long as Retry-After says", () =>
    Effect.gen(function*() {
      const waits: ReadonlyArray<readonly [string, Duration.Duration | null]> = [["7", Duration.seconds(7)], ["soon", null], ["-1", null], ["999999999", null]]
      for (const [header, wait] of waits) {
        const { baseUrl } = yield* serve((_, response) => json(response, 429, { code: 20429 }, { "retry-after": header }))
        const reason = yield* outcome(baseUrl, patient)
        assert.deepStrictEqual(reason._tag === "NotNow" ? reason.retryAfter : undefined, wait, header)
      }
    }))

  it.effect("that may not leave any more is asked once the connection stands, new or kept, and never leaves", () =>
    Effect.gen(function*() {
      const { asked, baseUrl, server } = yield* serve((_, response) => json(response, 201, resource()))
      let connections = 0
      server.on("connection", () => connections += 1)
      const connectionsWhenAsked: Array<number> = []
      const never = () => {
        connectionsWhenAsked.push(connections)
        return false
      }
      const reasons = yield* Effect.gen(function*() {
        const carrier = yield* Carrier
        const first = yield* Effect.flip(carrier.send(text, never))
        yield* carrier.send(text, always)
        return [first, yield* Effect.flip(carrier.send(text, never))]
      }).pipe(Effect.provide(TwilioCarrier.layer({ accountFor, publicUrl: null, baseUrl, timeout: patient })))
      assert.deepStrictEqual(reasons.map(({ reason }) => reason._tag), ["Withheld", "Withheld"])
      assert.strictEqual(asked.length, 1)
      assert.strictEqual(connectionsWhenAsked.length, 2)
    }))

  it.effect("is ambiguous too when a kept connection breaks under it", () =>
    Effect.gen(function*() {
      let calls = 0
      const { asked, baseUrl, server } = yield* serve((_, response, socket) => {
        calls += 1
        if (calls === 1) json(response, 201, resource())
        else socket.resetAndDestroy()
      })
      let connections = 0
      server.on("connection", () => connections += 1)
      const reason = yield* Effect.gen(function*() {
        const carrier = yield* Carrier
        yield* carrier.send(text, always)
        return yield* Effect.flip(carrier.send(text, always))
      }).pipe(Effect.provide(TwilioCarrier.layer({ accountFor, publicUrl: null, baseUrl, timeout: patient })))
      assert.deepStrictEqual([reason.reason._tag, asked.length, connections], ["Ambiguous", 2, 1])
    }))

  it.effect("leaves the connection open when it was answered with a refusal", () =>
    Effect.gen(function*() {
      const { baseUrl, server } = yield* serve((_, response) => json(response, 400, { code: 21211 }))
      let connections = 0
      server.on("connection", () => connections += 1)
      yield* Effect.gen(function*() {
        const carrier = yield* Carrier
        yield* Effect.flip(carrier.send(text, always))
        yield* Effect.flip(carrier.send(text, always))
      }).pipe(Effect.provide(TwilioCarrier.layer({ accountFor, publicUrl: null, baseUrl, timeout: patient })))
      assert.strictEqual(connections, 1)
    }))

  it.effect("says what went wrong in a sentence", () =>
    Effect.gen(function*() {
      const { baseUrl } = yield* serve((_, __, socket) => void socket.resetAndDestroy())
      const reason = yield* outcome(baseUrl, patient)
      assert.strictEqual(
        reason._tag === "Ambiguous" ? reason.detail : "",
        "Twilio broke the connection before its answer (ECONNRESET); whether it took the text is being found out."
      )
    }))
})

describe("TwilioHttpClient", () => {
  it.effect("sends every one of Twilio's hosts to the base URL, by path", () =>
    Effect.gen(function*() {
      const { asked, baseUrl } = yield* serve((_, response) => json(response, 200, {}))
      const http = make({ baseUrl, timeout: patient })
      yield* Effect.promise(() => http.request({ method: "get", uri: "https://messaging.twilio.com/v1/Services?PageSize=1", params: { A: "1 &", B: ["x", "y"], C: undefined } }))
      http.close()
      assert.deepStrictEqual(asked.map(({ method, url }) => [method, url]), [["GET", "/v1/Services?PageSize=1&A=1+%26&B=x&B=y"]])
    }))

  it.effect("tells the error answer in data", () =>
    Effect.gen(function*() {
      const { baseUrl } = yield* serve((_, response) => json(response, 400, { code: 21211, message: "Invalid To" }, { "twilio-request-id": "RQ7" }))
      const http = make({ baseUrl, timeout: patient })
      const failure = yield* Effect.promise(() => http.request({ method: "get", uri: "https://api.twilio.com/" }).catch((cause: unknown) => cause))
      http.close()
      assert.deepStrictEqual(
        failure instanceof TwilioCallFailed ? failure.reason : failure,
        { _tag: "Answered", status: 400, code: "21211", said: "Invalid To", retryAfter: null, requestId: "RQ7" }
      )
    }))
})

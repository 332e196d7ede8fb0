import { NodeHttpServer } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Layer, Redacted } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { TestClock } from "effect/testing"
import { request as httpRequest } from "node:http"
import { StoreFailure } from "@parley/core/ports/Store"
import { ProjectId } from "@parley/schema/Ids"
import { NoTwilioAccount, type TwilioAccount } from "../src/TwilioAccount.ts"
import { CarrierEvents, layer, maxBodyBytes, type TwilioRoutesOptions, UnknownDestination } from "../src/TwilioRoutes.ts"
import { sign } from "../src/TwilioSignature.ts"
import { parseForm } from "../src/TwilioWebhook.ts"
import { inbound, sid, status } from "../src/testing/RecordedForms.ts"
import { account, accountFor, secret, text } from "./Texts.ts"

type Handler = CarrierEvents["Service"]

const publicUrl = new URL("https://sms.example.com/parley/")

const nowhere: Handler = {
  inbound: () => Effect.die("not expected"),
  status: () => Effect.die("not expected")
}

/** The gateway's routes on a port of their own, and what they handed on. */
const serving = (options: Partial<TwilioRoutesOptions> = {}, handler: Partial<Handler> = {}) =>
  Effect.gen(function*() {
    const events: Array<unknown> = []
    const recording: Handler = {
      inbound: (...given) => Effect.sync(() => void events.push(given)),
      status: (...given) => Effect.sync(() => void events.push(given))
    }
    const context = yield* Layer.build(
      HttpRouter.serve(layer({ accountFor, publicUrl, ...options }), { disableLogger: true }).pipe(
        Layer.provide(Layer.succeed(CarrierEvents, { ...recording, ...handler })),
        Layer.provideMerge(NodeHttpServer.layerTest)
      )
    )
    const address = yield* HttpServer.HttpServer.pipe(Effect.map((server) => server.address), Effect.provide(context))
    const port = address._tag === "UnixPathAddress" ? assert.fail("no port") : address.port
    return { events, base: `http://127.0.0.1:${port}` }
  })

const smsPath = "/twilio/demo/live/sms"
const statusPath = `/twilio/demo/live/status?message=${text.messageId}`
const seen = (path: string) => `https://sms.example.com/parley${path}`

interface Call {
  readonly path?: string
  readonly body?: string
  /** The address that Twilio signs. */
  readonly signedUrl?: string
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
}

const post = (base: string, call: Call = {}) =>
  Effect.promise(async () => {
    const { body = inbound.plain, path = smsPath, signedUrl = seen(path), token = secret } = call
    const response = await fetch(base + path, {
      method: "POST",
      body,
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": sign(Redacted.make(token), signedUrl, parseForm(body)),
        ...call.headers
      }
    })
    return { status: response.status, type: response.headers.get("content-type"), retryAfter: response.headers.get("retry-after"), text: await response.text() }
  })

const detailOf = (answer: { readonly text: string }): string => JSON.parse(answer.text).detail

const isProblem = (answer: { readonly status: number; readonly type: string | null; readonly text: string }, expected: number) => {
  assert.deepStrictEqual([answer.status, answer.type], [expected, "application/problem+json"])
  assert.strictEqual(JSON.parse(answer.text).status, expected)
}

const twiml = { status: 200, type: "text/xml", retryAfter: null, text: "<Response></Response>" }

describe("200", () => {
  it.effect("hands a text on with the time of its arrival, and replies nothing", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(1_790_000_000_000)
      const { base, events } = yield* serving()
      assert.deepStrictEqual(yield* post(base), twiml)
      assert.deepStrictEqual(events, [[
        "demo",
        "live",
        { carrierId: sid.plain, accountSid: account.accountSid, from: text.to, to: text.from, messagingServiceSid: null, body: "Hello there", media: [], optOutType: null },
        DateTime.makeUnsafe(1_790_000_000_000)
      ]])
    }))

  it.effect("takes what Twilio sent to the fallback address, under that address's signature", () =>
    Effect.gen(function*() {
      const { base, events } = yield* serving({ fallbackUrl: new URL("https://standby.example.com") })
      assert.deepStrictEqual(yield* post(base, { signedUrl: `https://standby.example.com${smsPath}` }), twiml)
      assert.deepStrictEqual(yield* post(base), twiml)
      assert.strictEqual((yield* post(base, { signedUrl: `https://elsewhere.example.com${smsPath}` })).status, 403)
      assert.strictEqual(events.length, 2)
    }))

  it.effect("hands every recorded text on, unknown fields and all", () =>
    Effect.gen(function*() {
      const { base, events } = yield* serving()
      for (const name of ["punctuation", "emoji", "multiSegment", "twoPictures", "pictureOnly", "newFields", "stopByAdvancedOptOut", "fallback"] as const) {
        assert.strictEqual((yield* post(base, { body: inbound[name] })).status, 200, name)
      }
      assert.strictEqual(events.length, 8)
    }))

  it.effect("hands a status on with the id of the address", () =>
    Effect.gen(function*() {
      const { base, events } = yield* serving()
      assert.deepStrictEqual(yield* post(base, { path: statusPath, body: status.delivered }), twiml)
      assert.deepStrictEqual(events, [["demo", "live", {
        carrierId: sid.plain,
        accountSid: account.accountSid,
        status: "delivered",
        from: text.from,
        optedOut: false,
        code: null,
        detail: null,
        messageIdFromUrl: text.messageId
      }]])
    }))

  it.effect("leaves aside what nobody can use, so that it does not come again", () =>
    Effect.gen(function*() {
      const { base } = yield* serving({}, nowhere)
      assert.deepStrictEqual(yield* post(base, { body: inbound.fromShortCode }), twiml)
      assert.deepStrictEqual(yield* post(base, { body: inbound.fromRcs }), twiml)
      assert.deepStrictEqual(yield* post(base, { path: statusPath, body: status.unheardOf }), twiml)
    }))

  it.effect("takes the public address with its default port, and any other host on the request", () =>
    Effect.gen(function*() {
      const { base } = yield* serving()
      assert.strictEqual((yield* post(base, { signedUrl: `https://sms.example.com:443/parley${smsPath}` })).status, 200)
    }))

  it.effect("takes the request's own host when there is no public address, with either scheme", () =>
    Effect.gen(function*() {
      const { base } = yield* serving({ publicUrl: null })
      const host = base.slice("http://".length)
      for (const scheme of ["http", "https"]) {
        assert.strictEqual((yield* post(base, { signedUrl: `${scheme}://${host}${smsPath}` })).status, 200, scheme)
      }
    }))

  it.effect("takes either token while one is being rotated", () =>
    Effect.gen(function*() {
      const rotating: TwilioAccount = { ...account, authTokens: [Redacted.make("new"), Redacted.make("old")] }
      const { base } = yield* serving({ accountFor: () => Effect.succeed(rotating) })
      assert.deepStrictEqual([(yield* post(base, { token: "new" })).status, (yield* post(base, { token: "old" })).status], [200, 200])
    }))
})

describe("403", () => {
  const forged: ReadonlyArray<readonly [string, Call]> = [
    ["no signature", { headers: { "x-twilio-signature": "" } }],
    ["another token", { token: "guessed" }],
    ["another path", { signedUrl: seen("/twilio/demo/live/status") }],
    ["another project", { signedUrl: seen("/twilio/other/live/sms") }],
    ["another environment", { signedUrl: seen("/twilio/demo/dev/sms") }],
    ["another query", { path: `${smsPath}?x=1`, signedUrl: seen(smsPath) }],
    ["the inner host in place of the public one", { signedUrl: `http://127.0.0.1${smsPath}` }],
    ["a signature of another form", { headers: { "x-twilio-signature": sign(Redacted.make(secret), seen(smsPath), parseForm(inbound.emoji)) } }],
    ["a signature of no form", { headers: { "x-twilio-signature": sign(Redacted.make(secret), seen(smsPath), null) } }]
  ]
  for (const [name, call] of forged) {
    it.effect(`refuses ${name} and points to PUBLIC_URL`, () =>
      Effect.gen(function*() {
        const { base } = yield* serving({}, nowhere)
        const answer = yield* post(base, call)
        isProblem(answer, 403)
        assert.include(detailOf(answer), "PUBLIC_URL")
        assert.notInclude(answer.text, secret)
      }))
  }

  it.effect("does not believe a Host header once the public address is known", () =>
    Effect.gen(function*() {
      const { base } = yield* serving({}, nowhere)
      const signature = sign(Redacted.make(secret), `https://evil.example${smsPath}`, parseForm(inbound.plain))
      const code = yield* Effect.callback<number>((resume) => {
        const request = httpRequest(base + smsPath, {
          method: "POST",
          headers: { host: "evil.example", "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature }
        }, (response) => {
          response.resume()
          resume(Effect.succeed(response.statusCode ?? 0))
        })
        request.end(inbound.plain)
      })
      assert.strictEqual(code, 403)
    }))

  it.effect("refuses a signed form of another account", () =>
    Effect.gen(function*() {
      const { base } = yield* serving({}, nowhere)
      isProblem(yield* post(base, { body: inbound.plain.replace("AccountSid=AC0", "AccountSid=AC1") }), 403)
      isProblem(yield* post(base, { body: inbound.plain.replace("AccountSid", "Account") }), 403)
    }))

  it.effect("accepts nothing for an account without a token", () =>
    Effect.gen(function*() {
      const { base } = yield* serving({ accountFor: () => Effect.succeed({ ...account, authTokens: [] }) }, nowhere)
      isProblem(yield* post(base, { token: "anything" }), 403)
    }))
})

describe("400", () => {
  it.effect("names the field that is missing or wrong", () =>
    Effect.gen(function*() {
      const { base } = yield* serving({}, nowhere)
      const missing = yield* post(base, { body: inbound.plain.replace("&From=", "&Sender=") })
      isProblem(missing, 400)
      assert.strictEqual(detailOf(missing), "From is missing.")
      const wrong = yield* post(base, { body: inbound.plain.replace("Body=Hello+there", `Body=${"x".repeat(10_001)}`) })
      assert.strictEqual(detailOf(wrong), "Body must be at most 10000 characters long.")
    }))
})

describe("404", () => {
  it.effect("knows no other environment, and no name that no project can have", () =>
    Effect.gen(function*() {
      const { base } = yield* serving({}, nowhere)
      for (const path of ["/twilio/demo/production/sms", "/twilio/a%20b/live/sms", `/twilio/${"x".repeat(65)}/live/sms`]) isProblem(yield* post(base, { path }), 404)
    }))

  it.effect("is the answer for a project without an account, and for a destination that the handler does not know", () =>
    Effect.gen(function*() {
      const without = yield* serving({ accountFor: (projectId) => new NoTwilioAccount({ projectId, detail: "None." }) }, nowhere)
      isProblem(yield* post(without.base), 404)
      const unknown = new UnknownDestination({ projectId: ProjectId.make("demo"), environment: "live" })
      const { base } = yield* serving({}, { inbound: () => unknown, status: () => unknown })
      isProblem(yield* post(base), 404)
      isProblem(yield* post(base, { path: statusPath, body: status.sent }), 404)
    }))
})

describe("405", () => {
  it.effect("is the answer to every method but POST, which stays what it is", () =>
    Effect.gen(function*() {
      const { base, events } = yield* serving()
      for (const path of [smsPath, statusPath, `${smsPath}?a=1`]) {
        for (const method of ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
          const response = yield* Effect.promise(() => fetch(base + path, { method }))
          assert.deepStrictEqual([response.status, response.headers.get("allow"), response.headers.get("content-type")], [405, "POST", "application/problem+json"], `${method} ${path}`)
          const body = yield* Effect.promise(() => response.text())
          if (method === "HEAD") assert.strictEqual(body, "")
          else assert.match(JSON.parse(body).detail, /set the method beside this address to HTTP POST/u)
        }
      }
      assert.deepStrictEqual(events, [])
      assert.deepStrictEqual(yield* post(base), twiml)
      assert.deepStrictEqual(yield* post(base, { path: statusPath, body: status.delivered }), twiml)
    }))
})

describe("413 and 415", () => {
  const filled = (bytes: number) => `${inbound.plain}&Filler=`.padEnd(bytes, "x")

  it.effect("reads 64 KB and not a byte more", () =>
    Effect.gen(function*() {
      const { base, events } = yield* serving()
      assert.strictEqual((yield* post(base, { body: filled(maxBodyBytes) })).status, 200)
      isProblem(yield* post(base, { body: filled(maxBodyBytes + 1) }), 413)
      assert.strictEqual(events.length, 1)
    }))

  it.effect("stops reading a body whose length was not told", () =>
    Effect.gen(function*() {
      const { base } = yield* serving({}, nowhere)
      const code = yield* Effect.callback<number>((resume) => {
        const request = httpRequest(base + smsPath, { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" } }, (response) => {
          response.resume()
          resume(Effect.succeed(response.statusCode ?? 0))
        })
        request.on("error", () => undefined)
        request.write(filled(maxBodyBytes))
        request.write(filled(maxBodyBytes))
        request.end()
      })
      assert.strictEqual(code, 413)
    }))

  it.effect("reads forms only", () =>
    Effect.gen(function*() {
      const { base } = yield* serving({}, nowhere)
      for (const type of ["application/json", "text/plain", "multipart/form-data; boundary=x", ""]) {
        isProblem(yield* post(base, { headers: { "content-type": type } }), 415)
      }
    }))

  it.effect("reads a form whose type names its character set", () =>
    Effect.gen(function*() {
      const { base } = yield* serving()
      assert.strictEqual((yield* post(base, { headers: { "content-type": "application/x-www-form-urlencoded; charset=UTF-8" } })).status, 200)
    }))
})

describe("503 and 500", () => {
  const failing = (reason: StoreFailure["reason"]) => {
    const failure = new StoreFailure({ reason, operation: "insert", cause: "secret-of-the-store" })
    return { inbound: () => failure, status: () => failure }
  }

  it.effect("asks Twilio to come again while the store is busy or away", () =>
    Effect.gen(function*() {
      for (const reason of ["busy", "unavailable"] as const) {
        const { base } = yield* serving({}, failing(reason))
        for (const call of [{}, { path: statusPath, body: status.sent }]) {
          const answer = yield* post(base, call)
          isProblem(answer, 503)
          assert.strictEqual(answer.retryAfter, "5")
          assert.notInclude(answer.text, "secret-of-the-store")
        }
      }
      const away = yield* serving({ accountFor: () => new StoreFailure({ reason: "busy", operation: "read", cause: null }) }, nowhere)
      isProblem(yield* post(away.base), 503)
    }))

  it.effect("asks Twilio to come again also when the store is full or damaged: an operator may be quick, or there is a fallback", () =>
    Effect.gen(function*() {
      for (const reason of ["full", "corrupt"] as const) {
        const { base } = yield* serving({}, failing(reason))
        const answer = yield* post(base)
        isProblem(answer, 503)
        assert.strictEqual(answer.retryAfter, "5")
      }
    }))

  it.effect("answers 500 when the handler breaks", () =>
    Effect.gen(function*() {
      const { base } = yield* serving({}, nowhere)
      assert.strictEqual((yield* post(base)).status, 500)
    }))
})

import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Redacted } from "effect"
import { Buffer } from "node:buffer"
import { Carrier, type CarrierFailure } from "@parley/core/ports/Carrier"
import { StoreFailure } from "@parley/core/ports/Store"
import { NoTwilioAccount, type TwilioAccount } from "../src/TwilioAccount.ts"
import * as TwilioCarrier from "../src/TwilioCarrier.ts"
import { closedPort, json, serve } from "./LoopbackServer.ts"
import { account, accountFor, accountSid, always, resource, secret, sid, text } from "./Texts.ts"

const publicUrl = new URL("https://sms.example.com/parley/")

const withCarrier = <A, E>(
  use: (carrier: Carrier["Service"]) => Effect.Effect<A, E>,
  options: Partial<TwilioCarrier.TwilioCarrierOptions>
) =>
  Effect.flatMap(Carrier, use).pipe(
    Effect.provide(TwilioCarrier.layer({ accountFor, publicUrl, timeout: Duration.seconds(5), ...options }))
  )

const service = `MG${"2".repeat(32)}`
const pooled = { ...text, pool: service }

const send = (options: Partial<TwilioCarrier.TwilioCarrierOptions>) => withCarrier((carrier) => carrier.send(text, always), options)

const since = DateTime.makeUnsafe("2026-11-24T10:00:00.700Z")

const find = (options: Partial<TwilioCarrier.TwilioCarrierOptions>) => withCarrier((carrier) => carrier.find(text, since), options)

const refusal = <A, R>(effect: Effect.Effect<A, CarrierFailure, R>) => Effect.map(Effect.flip(effect), ({ reason }) => reason)

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`

describe("TwilioCarrier.send", () => {
  it.effect("creates a message with one request and tells its SID", () =>
    Effect.gen(function*() {
      const { asked, baseUrl } = yield* serve((_, response) => json(response, 201, resource({ sid: sid(7) })))
      assert.deepStrictEqual(yield* send({ baseUrl }), { carrierId: sid(7), from: text.from })
      assert.strictEqual(asked.length, 1)
      const [request] = asked
      assert.deepStrictEqual(
        [request?.method, request?.url, request?.authorization],
        ["POST", `/2010-04-01/Accounts/${accountSid}/Messages.json`, basic(accountSid, secret)]
      )
      assert.deepStrictEqual(Object.fromEntries(request?.form ?? []), {
        From: text.from,
        To: text.to,
        Body: text.body,
        StatusCallback: `https://sms.example.com/parley/twilio/demo/live/status?message=${text.messageId}#rc=5&rp=all`
      })
    }))

  it.effect("names the files for Twilio to fetch, and no body where there is no text", () =>
    Effect.gen(function*() {
      const mediaUrls = ["https://example.com/1.png?a=b&c", "https://example.com/2.pdf"]
      const { asked, baseUrl } = yield* serve((_, response) => json(response, 201, resource({ sid: sid(7).replace("SM", "MM"), num_media: "2" })))
      const alone = { ...text, body: "", mediaUrls }
      assert.deepStrictEqual(yield* withCarrier((carrier) => carrier.send(alone, always), { baseUrl }), { carrierId: sid(7).replace("SM", "MM"), from: text.from })
      assert.deepStrictEqual(asked[0]?.form.getAll("MediaUrl"), mediaUrls)
      assert.isFalse(asked[0]?.form.has("Body"))
      yield* withCarrier((carrier) => carrier.send({ ...text, mediaUrls }, always), { baseUrl })
      assert.deepStrictEqual([asked[1]?.form.getAll("MediaUrl"), asked[1]?.form.get("Body")], [mediaUrls, text.body])
    }))

  it.effect("leaves the sender of a pooled text to its Messaging Service, which has not chosen when it answers", () =>
    Effect.gen(function*() {
      const { asked, baseUrl } = yield* serve((_, response) => json(response, 201, resource({ sid: sid(7), from: null, status: "accepted", num_segments: "0", messaging_service_sid: service })))
      assert.deepStrictEqual(yield* withCarrier((carrier) => carrier.send(pooled, always), { baseUrl }), { carrierId: sid(7), from: null })
      const { MessagingServiceSid, From } = Object.fromEntries(asked[0]?.form ?? [])
      assert.deepStrictEqual([MessagingServiceSid, From], [service, undefined])
    }))

  it.effect("asks for no status callback without a public URL", () =>
    Effect.gen(function*() {
      const { asked, baseUrl } = yield* serve((_, response) => json(response, 201, resource()))
      yield* send({ baseUrl, publicUrl: null })
      assert.isFalse(asked[0]?.form.has("StatusCallback"))
    }))

  it.effect("keeps the path of the base URL", () =>
    Effect.gen(function*() {
      const { asked, baseUrl } = yield* serve((_, response) => json(response, 201, resource()))
      yield* send({ baseUrl: new URL("/proxy/", baseUrl) })
      assert.strictEqual(asked[0]?.url, `/proxy/2010-04-01/Accounts/${accountSid}/Messages.json`)
    }))

  it.effect("logs in with the API key where there is one", () =>
    Effect.gen(function*() {
      const { asked, baseUrl } = yield* serve((_, response) => json(response, 201, resource()))
      const withKey: TwilioAccount = { ...account, apiKey: { sid: "SK1", secret: Redacted.make("key-secret") } }
      yield* send({ baseUrl, accountFor: () => Effect.succeed(withKey) })
      assert.strictEqual(asked[0]?.authorization, basic("SK1", "key-secret"))
      assert.strictEqual(asked[0]?.url, `/2010-04-01/Accounts/${accountSid}/Messages.json`)
    }))

  it.effect("takes a rotated token at once", () =>
    Effect.gen(function*() {
      const { asked, baseUrl } = yield* serve((_, response) => json(response, 201, resource()))
      let token = "old"
      yield* withCarrier(
        (carrier) => carrier.send(text, always).pipe(Effect.andThen(Effect.sync(() => token = "new")), Effect.andThen(carrier.send(text, always))),
        { baseUrl, accountFor: () => Effect.sync(() => ({ ...account, authTokens: [Redacted.make(token)] })) }
      )
      assert.deepStrictEqual(asked.map(({ authorization }) => authorization), [basic(accountSid, "old"), basic(accountSid, "new")])
    }))

  it.effect("takes a 2xx without a SID for an answer that may have sent the text", () =>
    Effect.gen(function*() {
      const { baseUrl } = yield* serve((_, response) => json(response, 201, {}))
      assert.strictEqual((yield* refusal(send({ baseUrl })))._tag, "Ambiguous")
    }))

  it.effect("refuses, without a call, an account that it cannot log in with", () =>
    Effect.gen(function*() {
      const { asked, baseUrl } = yield* serve((_, response) => json(response, 201, resource()))
      const unusable: ReadonlyArray<TwilioAccount> = [
        { ...account, authTokens: [] },
        { ...account, authTokens: [Redacted.make("")] },
        { ...account, accountSid: "12345" }
      ]
      for (const one of unusable) {
        assert.strictEqual((yield* refusal(send({ baseUrl, accountFor: () => Effect.succeed(one) })))._tag, "Refused", one.accountSid)
      }
      assert.strictEqual(asked.length, 0)
    }))

  it.effect("tells a project without an account from a store that is away", () =>
    Effect.gen(function*() {
      const baseUrl = yield* closedPort
      const none = yield* refusal(send({ baseUrl, accountFor: (projectId) => new NoTwilioAccount({ projectId, detail: "No account." }) }))
      const away = yield* refusal(send({ baseUrl, accountFor: () => new StoreFailure({ reason: "busy", operation: "read", cause: null }) }))
      assert.deepStrictEqual([none._tag, away._tag], ["Refused", "NotNow"])
    }))

  it.effect("shows no credential in any failure", () =>
    Effect.gen(function*() {
      const { baseUrl } = yield* serve((_, response) => json(response, 401, { code: 20003, message: "Authenticate", status: 401 }))
      const failures = [yield* Effect.flip(send({ baseUrl })), yield* Effect.flip(send({ baseUrl: yield* closedPort }))]
      for (const failure of failures) {
        const shown = JSON.stringify(failure) + String(failure) + String(failure.stack) + String(failure.cause)
        assert.notInclude(shown, secret)
        assert.notInclude(shown, basic(accountSid, secret))
      }
    }))
})

describe("TwilioCarrier.find", () => {
  const path = `/2010-04-01/Accounts/${accountSid}/Messages.json`
  const listing = (messages: ReadonlyArray<unknown>, next: string | null = null) => ({
    end: messages.length - 1,
    first_page_uri: `${path}?Page=0`,
    next_page_uri: next,
    page: 0,
    page_size: 100,
    previous_page_uri: null,
    start: 0,
    uri: path,
    messages
  })
  const at = (time: string) => `Tue, 24 Nov 2026 ${time} +0000`

  it.effect("finds a text that is not sent yet, and asks for no date", () =>
    Effect.gen(function*() {
      const { asked, baseUrl } = yield* serve((_, response) => json(response, 200, listing([resource({ date_sent: null })])))
      const found = yield* find({ baseUrl })
      assert.deepStrictEqual(found, [
        { carrierId: sid(1), status: "sent", from: text.from, createdAt: DateTime.makeUnsafe("2026-11-24T10:00:00Z"), code: null, sender: null, detail: null }
      ])
      const query = new URL(asked[0]?.url ?? "", baseUrl).searchParams
      assert.deepStrictEqual(Object.fromEntries(query), { To: text.to, From: text.from, PageSize: "100" })
    }))

  it.effect("finds a pooled text by its recipient and its Messaging Service, whoever sent it, smart encoding and all", () =>
    Effect.gen(function*() {
      const quoted = { ...pooled, body: "\u201cHi\u201d" }
      const { asked, baseUrl } = yield* serve((_, response) =>
        json(response, 200, listing([
          resource({ sid: sid(1), from: null, messaging_service_sid: service, body: quoted.body }),
          resource({ sid: sid(2), from: "+14155550177", messaging_service_sid: service, body: "\"Hi\"" }),
          resource({ sid: sid(3), from: text.from, messaging_service_sid: null, body: quoted.body }),
          resource({ sid: sid(4), from: text.from, messaging_service_sid: service.replace("2", "3"), body: quoted.body })
        ])))
      const found = yield* withCarrier((carrier) => carrier.find(quoted, since), { baseUrl })
      assert.deepStrictEqual(found.map(({ carrierId, from }) => [carrierId, from]), [[sid(1), null], [sid(2), "+14155550177"]])
      assert.deepStrictEqual(Object.fromEntries(new URL(asked[0]?.url ?? "", baseUrl).searchParams), { To: text.to, PageSize: "100" })
    }))

  it.effect("keeps only the very body, or that body behind a trial account's prefix", () =>
    Effect.gen(function*() {
      const { baseUrl } = yield* serve((_, response) =>
        json(response, 200, listing([
          resource({ sid: sid(1), body: `${text.body} ` }),
          resource({ sid: sid(2), body: `Sent from your Twilio trial account - ${text.body}` }),
          resource({ sid: sid(3), body: text.body.toUpperCase() }),
          resource({ sid: sid(4) })
        ]))
      )
      assert.deepStrictEqual((yield* find({ baseUrl })).map(({ carrierId }) => carrierId), [sid(2), sid(4)])
    }))

  it.effect("finds files without a text, also behind a trial account's prefix, whose last space Twilio may cut", () =>
    Effect.gen(function*() {
      const { baseUrl } = yield* serve((_, response) =>
        json(response, 200, listing([
          resource({ sid: sid(1), body: "" }),
          resource({ sid: sid(2), body: "Sent from your Twilio trial account -" }),
          resource({ sid: sid(3) })
        ]))
      )
      const alone = { ...text, body: "", mediaUrls: ["https://example.com/1.png"] }
      const found = yield* withCarrier((carrier) => carrier.find(alone, since), { baseUrl })
      assert.deepStrictEqual(found.map(({ carrierId }) => carrierId), [sid(1), sid(2)])
    }))

  it.effect.each([["behind", -3_600], ["ahead of", 3_600]] as const)("knows since when by Twilio's own clock, which is an hour %s this machine's", ([, offsetSeconds]) =>
    Effect.gen(function*() {
      const theirs = Date.now() + offsetSeconds * 1_000
      const created = (secondsAgo: number) => new Date(theirs - secondsAgo * 1_000).toUTCString()
      const { baseUrl } = yield* serve((_, response) =>
        json(response, 200, listing([
          resource({ sid: sid(1), date_created: created(10) }),
          resource({ sid: sid(2), date_created: created(600) })
        ]), { date: new Date(theirs).toUTCString() })
      )
      const found = yield* withCarrier((carrier) => carrier.find(text, DateTime.makeUnsafe(Date.now() - 15_000)), { baseUrl })
      assert.deepStrictEqual(found.map(({ carrierId }) => carrierId), [sid(1)])
    }))

  it.effect("tells status and reason of each", () =>
    Effect.gen(function*() {
      const { baseUrl } = yield* serve((_, response) =>
        json(response, 200, listing([
          resource({ sid: sid(1), status: "delivered" }),
          resource({ sid: sid(2), status: "undelivered", error_code: 30003, error_message: "Unreachable" }),
          resource({ sid: sid(3), status: "a_new_word" })
        ]))
      )
      const found = yield* find({ baseUrl })
      assert.deepStrictEqual(found.map(({ code, status }) => [status, code]), [["delivered", null], ["undelivered", "30003"], ["sent", null]])
      assert.include(found[1]?.detail ?? "", "handset cannot be reached")
    }))

  it.effect("follows the pages until one holds only texts that are too old", () =>
    Effect.gen(function*() {
      const { asked, baseUrl } = yield* serve(({ url }, response) => {
        const number = Number(new URL(url, "http://localhost").searchParams.get("Page") ?? 0)
        const next = `${path}?PageSize=100&Page=${number + 1}&PageToken=PASM`
        const times = [["10:05:00", "09:00:00"], ["09:30:00", "09:59:30"], ["09:58:00", "09:57:00"], ["10:00:00"]][number] ?? []
        json(response, 200, listing(times.map((time, i) => resource({ sid: sid(number * 10 + i), date_created: at(time) })), next))
      })
      const found = yield* find({ baseUrl })
      assert.deepStrictEqual(found.map(({ carrierId }) => carrierId), [sid(0), sid(11)])
      assert.strictEqual(asked.length, 3)
    }))

  it.effect("does not take an unfinished listing for absence", () =>
    Effect.gen(function*() {
      const { baseUrl } = yield* serve((_, response) => json(response, 200, listing([resource({ body: "other" })], `${path}?Page=1`)))
      assert.strictEqual((yield* refusal(find({ baseUrl })))._tag, "NotNow")
    }))

  it.effect("fails for now when Twilio cannot be asked, and is refused with bad credentials", () =>
    Effect.gen(function*() {
      const statuses: ReadonlyArray<readonly [number, CarrierFailure["reason"]["_tag"]]> = [[500, "NotNow"], [503, "NotNow"], [429, "NotNow"], [401, "Refused"], [404, "Rejected"]]
      for (const [status, tag] of statuses) {
        const { baseUrl } = yield* serve((_, response) => json(response, status, { code: 20404, message: "no", status }))
        assert.strictEqual((yield* refusal(find({ baseUrl })))._tag, tag, String(status))
      }
      assert.strictEqual((yield* refusal(find({ baseUrl: yield* closedPort })))._tag, "NotNow")
      const garbage = yield* serve((_, response) => response.end("<html>"))
      assert.strictEqual((yield* refusal(find({ baseUrl: garbage.baseUrl })))._tag, "NotNow")
      const elsewhere = yield* serve((_, response) => json(response, 200, { hello: "world" }))
      assert.strictEqual((yield* refusal(find({ baseUrl: elsewhere.baseUrl })))._tag, "NotNow")
    }))
})

import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber, Result, Stream } from "effect"
import { TestClock } from "effect/testing"
import type * as Http from "node:http"
import { largestFileBytes, type MediaFailure, MediaSource } from "@parley/core/ports/MediaSource"
import { ProjectId } from "@parley/schema/Ids"
import { NoTwilioAccount } from "../src/TwilioAccount.ts"
import * as TwilioMedia from "../src/TwilioMedia.ts"
import { fileAddress, redirected } from "../src/TwilioMediaUrl.ts"
import { type Recorded, serve } from "./LoopbackServer.ts"
import { accountFor, accountSid, secret } from "./Texts.ts"

const projectId = ProjectId.make("demo")
const messageSid = `MM${"2".repeat(32)}`
const path = `/2010-04-01/Accounts/${accountSid}/Messages/${messageSid}/Media/ME${"3".repeat(32)}`
const url = `https://api.twilio.com${path}`
const png = Buffer.from("89504e470d0a1a0a", "hex")

const withSource = <A, E>(use: (source: MediaSource["Service"]) => Effect.Effect<A, E>, options: Partial<TwilioMedia.TwilioMediaOptions>) =>
  Effect.flatMap(MediaSource, use).pipe(Effect.provide(TwilioMedia.layer({ accountFor, isForbidden: () => true, ...options })))

/** The whole file, and what was told of it. */
const fetched = (options: Partial<TwilioMedia.TwilioMediaOptions>, of: string = url) =>
  withSource((source) =>
    Effect.scoped(Effect.gen(function*() {
      const { content, contentType, sizeBytes } = yield* source.open({ projectId, carrierId: messageSid, url: of })
      const bytes = yield* Stream.runCollect(content)
      return { contentType, sizeBytes, bytes: Buffer.concat(bytes) }
    })), options)

const reason = <A>(effect: Effect.Effect<A, MediaFailure>) => Effect.map(Effect.flip(effect), ({ reason }) => reason)

const elsewhere = "/_media/file?key=1"
type Answer = (response: Http.ServerResponse, asked: Recorded) => void
/** Redirects as Twilio does, and then answers. */
const redirecting = (answer: Answer) =>
  serve((asked, response) => asked.url === elsewhere ? answer(response, asked) : void response.writeHead(307, { location: elsewhere }).end("<xml/>"))

describe("TwilioMedia", () => {
  it.effect("asks Twilio with the account's credentials, and the place that it is sent on to without", () =>
    Effect.gen(function*() {
      const { asked, baseUrl } = yield* redirecting((response) => void response.writeHead(200, { "content-type": "image/png", "content-length": 8 }).end(png))
      assert.deepStrictEqual(yield* fetched({ baseUrl }), { contentType: "image/png", sizeBytes: 8, bytes: png })
      assert.deepStrictEqual(asked.map(({ authorization, method, url }) => [method, url, authorization]), [
        ["GET", path, `Basic ${Buffer.from(`${accountSid}:${secret}`).toString("base64")}`],
        ["GET", elsewhere, undefined]
      ])
    }))

  it.effect("takes a file without a redirect, and one whose length is not told", () =>
    Effect.gen(function*() {
      const { baseUrl } = yield* serve((_, response) => void response.writeHead(200, { "content-length": 8 }).end(png))
      assert.deepStrictEqual(yield* fetched({ baseUrl }), { contentType: null, sizeBytes: 8, bytes: png })
      const chunked = yield* serve((_, response) => {
        response.writeHead(200, { "content-type": "image/png" })
        response.write(png)
        response.end(png)
      })
      assert.deepStrictEqual(yield* fetched({ baseUrl: chunked.baseUrl }), { contentType: "image/png", sizeBytes: null, bytes: Buffer.concat([png, png]) })
    }))

  it.effect("cuts off a file without an end, and one whose length is too much at once", () =>
    Effect.gen(function*() {
      const closed = yield* Deferred.make<void>()
      const piece = Buffer.alloc(256 * 1024)
      const endless = yield* redirecting((response) => {
        response.once("close", () => Deferred.doneUnsafe(closed, Effect.void))
        const more = () => {
          while (!response.destroyed && response.write(piece));
        }
        response.on("drain", more)
        more()
      })
      assert.strictEqual(yield* reason(fetched({ baseUrl: endless.baseUrl })), "too_large")
      yield* Deferred.await(closed)
      const large = yield* redirecting((response) => void response.writeHead(200, { "content-length": largestFileBytes + 1 }).write(piece))
      assert.strictEqual(yield* reason(fetched({ baseUrl: large.baseUrl })), "too_large")
    }))

  it.effect("gives up on a host that does not answer, and on a file that does not end", () =>
    Effect.gen(function*() {
      const opened = yield* Deferred.make<void>()
      const open = () => Deferred.doneUnsafe(opened, Effect.void)
      const silent = yield* redirecting(open)
      const late = yield* Effect.forkChild(reason(fetched({ baseUrl: silent.baseUrl, answerWithin: Duration.seconds(10) })))
      yield* Deferred.await(opened)
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* Fiber.join(late), "not_now")

      const begun = yield* Deferred.make<void>()
      const slow = yield* redirecting((response) => void response.writeHead(200, { "content-length": 100 }).write(png))
      const unfinished = yield* Effect.forkChild(withSource((source) =>
        Effect.scoped(Effect.gen(function*() {
          const { content } = yield* source.open({ projectId, carrierId: messageSid, url })
          yield* Deferred.succeed(begun, undefined)
          return yield* Effect.result(Stream.runDrain(content))
        })), { baseUrl: slow.baseUrl, endWithin: Duration.minutes(1) }))
      yield* Deferred.await(begun)
      yield* TestClock.adjust("1 minute")
      const ended = yield* Fiber.join(unfinished)
      assert.strictEqual(Result.isFailure(ended) ? ended.failure.reason : "ended", "not_now")
    }))

  it.effect("fails within a file that breaks off", () =>
    Effect.gen(function*() {
      const { baseUrl } = yield* redirecting((response) => {
        response.writeHead(200, { "content-length": 100 }).write(png, () => response.destroy())
      })
      assert.strictEqual(yield* reason(fetched({ baseUrl })), "not_now")
    }))

  const answers: ReadonlyArray<readonly [string, number, MediaFailure["reason"]]> = [
    ["404", 404, "gone"],
    ["410", 410, "gone"],
    ["401", 401, "refused"],
    ["403", 403, "refused"],
    ["204", 204, "refused"],
    ["429", 429, "not_now"],
    ["500", 500, "not_now"],
    ["503", 503, "not_now"]
  ]
  for (const [name, status, expected] of answers) {
    it.effect(`takes HTTP ${name} for ${expected}`, () =>
      Effect.gen(function*() {
        const first = yield* serve((_, response) => void response.writeHead(status).end())
        assert.strictEqual(yield* reason(fetched({ baseUrl: first.baseUrl })), expected)
        const second = yield* redirecting((response) => void response.writeHead(status).end())
        assert.strictEqual(yield* reason(fetched({ baseUrl: second.baseUrl })), expected)
      }))
  }

  it.effect("refuses a compressed file, which it did not ask for", () =>
    Effect.gen(function*() {
      const { baseUrl } = yield* redirecting((response) => void response.writeHead(200, { "content-encoding": "gzip" }).end(png))
      assert.strictEqual(yield* reason(fetched({ baseUrl })), "refused")
    }))

  it.effect("asks nobody for an address that is not one of the text at Twilio", () =>
    Effect.gen(function*() {
      const { asked, baseUrl } = yield* serve((_, response) => void response.writeHead(200).end(png))
      for (const of of [`https://evil.example${path}`, url.replace(accountSid, `AC${"9".repeat(32)}`), `${url}?x=1`, "nonsense"]) {
        assert.strictEqual(yield* reason(fetched({ baseUrl }, of)), "refused")
      }
      assert.strictEqual(asked.length, 0)
    }))

  it.effect("follows no redirect to another host, nor in circles", () =>
    Effect.gen(function*() {
      const other = yield* serve((_, response) => void response.writeHead(200).end(png))
      for (const location of [`${other.baseUrl.origin}/secret`, "http://mms.twiliocdn.com/1", "http://169.254.169.254/latest/meta-data/", "file:///etc/passwd", undefined]) {
        const { baseUrl } = yield* serve((_, response) => void response.writeHead(302, location === undefined ? {} : { location }).end())
        assert.strictEqual(yield* reason(fetched({ baseUrl })), "refused")
      }
      assert.strictEqual(other.asked.length, 0)
      const circle = yield* serve((_, response) => void response.writeHead(302, { location: "/again" }).end())
      assert.strictEqual(yield* reason(fetched({ baseUrl: circle.baseUrl })), "refused")
      assert.strictEqual(circle.asked.length, 3)
    }))

  it.effect("judges where Twilio's host of files is when it connects", () =>
    Effect.gen(function*() {
      const { baseUrl } = yield* serve((_, response) => void response.writeHead(307, { location: "https://mms.twiliocdn.com/AC/1?key=2" }).end())
      const judgedOf: Array<string> = []
      const at = (addresses: ReadonlyArray<string>) =>
        reason(fetched({
          baseUrl,
          resolve: () => Promise.resolve(addresses),
          isForbidden: (ip) => {
            judgedOf.push(ip)
            return ip !== "203.0.113.1"
          }
        }))
      assert.strictEqual(yield* at(["203.0.113.1", "10.0.0.1"]), "refused")
      assert.strictEqual(yield* at(["127.0.0.1"]), "refused")
      assert.strictEqual(yield* at([]), "refused")
      assert.deepStrictEqual(judgedOf, ["203.0.113.1", "10.0.0.1", "127.0.0.1"])
    }))

  it.effect("tells a project without an account, or without anything to log in with", () =>
    Effect.gen(function*() {
      const nobody = () => Effect.fail(new NoTwilioAccount({ projectId, detail: "No account." }))
      assert.deepInclude(yield* Effect.flip(fetched({ accountFor: nobody })), { reason: "refused", detail: "No account." })
      const nothing = () => Effect.succeed({ accountSid, authTokens: [], apiKey: null })
      assert.match((yield* Effect.flip(fetched({ accountFor: nothing }))).detail, /nothing to log in with/u)
    }))
})

describe("the address of a file", () => {
  const about = { accountSid, messageSid }
  const simulator = new URL("http://127.0.0.1:8081/proxy/")

  it("is Twilio's, or the same at the host in its place", () => {
    assert.strictEqual(fileAddress(url, about, null)?.href, url)
    assert.strictEqual(fileAddress(url, about, simulator)?.href, `http://127.0.0.1:8081/proxy${path}`)
    assert.strictEqual(fileAddress(`http://127.0.0.1:8081/proxy${path}`, about, simulator)?.href, `http://127.0.0.1:8081/proxy${path}`)
  })

  const strange = [
    "", "nonsense", url.replace("https", "http"), url.replace("api.twilio.com", "api.twilio.com.evil.example"), url.replace("api.twilio.com", "api.twilio.com:8443"),
    url.replace("https://", "https://user:secret@"), `${url}#part`, `${url}.json`, `${url}/../../../Messages.json`, url.replace("/Media/ME", "/Media/XX"),
    url.replace(messageSid, `MM${"8".repeat(32)}`), url.replace("/Messages/", "/Messages//"), `http://127.0.0.1:8081${path}`
  ]
  for (const one of strange) {
    it(`is not ${JSON.stringify(one)}`, () => {
      assert.isUndefined(fileAddress(one, about, null))
      assert.isUndefined(fileAddress(one, about, simulator))
    })
  }
})

describe("a redirect", () => {
  const from = new URL(url)
  const simulator = new URL("http://127.0.0.1:8081")

  it("leads to Twilio's hosts of files, and to the host in Twilio's place", () => {
    for (const host of ["mms.twiliocdn.com", "media.twiliocdn.com", "s3-external-1.amazonaws.com"]) {
      assert.strictEqual(redirected(`https://${host}/a?b=c`, from, null)?.href, `https://${host}/a?b=c`)
    }
    assert.strictEqual(redirected("/_media/1", new URL("http://127.0.0.1:8081/x"), simulator)?.href, "http://127.0.0.1:8081/_media/1")
  })

  for (
    const location of [
      undefined, "http://mms.twiliocdn.com/a", "https://mms.twiliocdn.com:8443/a", "https://user@mms.twiliocdn.com/a", "https://mms.twiliocdn.com.evil.example/a",
      "https://evil.example/mms.twiliocdn.com", "https://api.twilio.com/2010-04-01/Accounts.json", "http://127.0.0.1/a", "https://[::1]/a", "//evil.example/a", "data:text/plain,a"
    ]
  ) {
    it(`does not lead to ${location}`, () => {
      assert.isUndefined(redirected(location, from, null))
      assert.isUndefined(redirected(location, from, simulator))
    })
  }
})

import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { Redactor } from "@parley/core/ports/Redactor"
import { StoreFailure } from "@parley/core/ports/Store"
import { ProjectId } from "@parley/schema/Ids"
import { NoTwilioAccount } from "../src/TwilioAccount.ts"
import * as TwilioRedactor from "../src/TwilioRedactor.ts"
import { closedPort, json, serve } from "./LoopbackServer.ts"
import { accountFor, accountSid } from "./Texts.ts"

const projectId = ProjectId.make("demo")
const carrierId = `SM${"0".repeat(31)}1`

const redact = (options: Partial<TwilioRedactor.TwilioRedactorOptions>) =>
  Effect.flatMap(Redactor, (redactor) => redactor.redact({ carrierId, projectId })).pipe(
    Effect.provide(TwilioRedactor.layer({ accountFor, timeout: Duration.seconds(2), ...options }))
  )

const answering = (status: number, code: number) =>
  Effect.map(serve((_, response) => json(response, status, { code, message: "No.", more_info: "", status })), ({ baseUrl }) => baseUrl)

const refusal = (options: Partial<TwilioRedactor.TwilioRedactorOptions>) => Effect.map(Effect.flip(redact(options)), ({ reason }) => reason)

describe("TwilioRedactor", () => {
  it.effect("posts an empty body to the text, and nothing else", () =>
    Effect.gen(function*() {
      const { asked, baseUrl } = yield* serve((_, response) => json(response, 200, { sid: carrierId, body: "" }))
      yield* redact({ baseUrl })
      assert.deepStrictEqual(asked.map(({ form, method, url }) => [method, url, [...form]]), [
        ["POST", `/2010-04-01/Accounts/${accountSid}/Messages/${carrierId}.json`, [["Body", ""]]]
      ])
    }))

  it.effect("deletes the files of a text that has some, and is content with one that is gone", () =>
    Effect.gen(function*() {
      const base = `/2010-04-01/Accounts/${accountSid}/Messages/${carrierId}`
      const [first, second] = [`ME${"0".repeat(31)}1`, `ME${"0".repeat(31)}2`]
      const page = { media_list: [{ sid: first }, { sid: second }], page: 0, page_size: 50, next_page_uri: null, uri: `${base}/Media.json` }
      const { asked, baseUrl } = yield* serve(({ method, url }, response) => {
        if (method === "POST") return json(response, 200, { sid: carrierId, body: "", num_media: "2" })
        if (method === "GET") return json(response, 200, page)
        return url.includes(first) ? json(response, 404, { code: 20404, message: "No.", more_info: "", status: 404 }) : void response.writeHead(204).end()
      })
      yield* redact({ baseUrl })
      assert.deepStrictEqual(asked.map(({ method, url }) => `${method} ${url.split("?")[0]}`), [
        `POST ${base}.json`,
        `GET ${base}/Media.json`,
        `DELETE ${base}/Media/${first}.json`,
        `DELETE ${base}/Media/${second}.json`
      ])
    }))

  it.effect("is content where Twilio has no such text", () => Effect.flatMap(answering(404, 20404), (baseUrl) => redact({ baseUrl })))

  it.effect("tells what may pass from what wants an operator", () =>
    Effect.gen(function*() {
      for (const [status, code, reason] of [[400, 20009, "later"], [429, 20429, "later"], [503, 20503, "later"], [401, 20003, "refused"]] as const) {
        assert.strictEqual(yield* refusal({ baseUrl: yield* answering(status, code) }), reason)
      }
      assert.strictEqual(yield* refusal({ baseUrl: yield* closedPort }), "later")
      assert.strictEqual(yield* refusal({ accountFor: () => Effect.fail(new NoTwilioAccount({ projectId, detail: "None." })) }), "refused")
      assert.strictEqual(yield* refusal({ accountFor: () => Effect.fail(new StoreFailure({ reason: "busy", operation: "read", cause: null })) }), "later")
    }))
})

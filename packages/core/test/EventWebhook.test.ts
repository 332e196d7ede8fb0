import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Schema } from "effect"
import { EventId, ProjectId } from "@parley/schema/Ids"
import { beginning, EventsPolicy } from "../src/Event.ts"
import { advance, beginAt, fail, isLastTry, pauseAfter, type WebhookProgress } from "../src/EventWebhook.ts"

const now = DateTime.makeUnsafe("2026-01-02T03:04:05Z")
const next = EventId.make(`evt_${"1".repeat(26)}`)
const begun = beginAt(ProjectId.make("demo"), "crm", beginning, now)

const refusal = { isRefusal: true, trouble: "crm.example.com answered 400.", wait: null }
const absence = { isRefusal: false, trouble: "crm.example.com answered 503.", wait: null }
const times = (count: number, failure: Parameters<typeof fail>[1], from: WebhookProgress = begun) => Array.from({ length: count }).reduce<WebhookProgress>((progress) => fail(progress, failure, now), from)
const waitOf = ({ nextAt }: WebhookProgress) => Duration.toSeconds(DateTime.distance(now, nextAt))

describe("the pause after a failure", () => {
  it.each([[1, 5], [2, 10], [3, 20], [7, 320], [8, 640], [9, 900], [10, 900], [1_000_000, 900]])("number %i in a row is %i seconds", (failures, seconds) => {
    assert.strictEqual(Duration.toSeconds(pauseAfter(failures)), seconds)
  })

  it.each([[1, 5], [60, 60], [86_400, 900]])("is what a receiver asked for, within bounds: %i s → %i s", (asked, seconds) => {
    assert.strictEqual(waitOf(fail(begun, { ...absence, wait: Duration.seconds(asked) }, now)), seconds)
  })
})

describe("progress", () => {
  it("remembers since when it fails and why, until something is dealt with", () => {
    const twice = fail(fail(begun, absence, now), refusal, DateTime.add(now, { seconds: 5 }))
    assert.deepInclude(twice, { failures: 2, refusals: 1, failingSince: now, trouble: refusal.trouble, through: beginning })
    assert.deepStrictEqual(advance(twice, next, now), { ...begun, through: next })
  })

  it("passes an event over when it is refused for the eighth time, however often the receiver was away", () => {
    assert.isFalse(isLastTry(times(6, refusal)))
    assert.isTrue(isLastTry(times(7, refusal)))
    assert.isFalse(isLastTry(times(100, absence)))
    assert.isTrue(isLastTry(times(7, refusal, times(100, absence))))
    assert.isFalse(isLastTry(advance(times(7, refusal), next, now)))
  })
})

describe("the webhooks in a project's file", () => {
  const decode = Schema.decodeUnknownSync(EventsPolicy)
  const crm = { name: "crm", url: "https://crm.example.com/parley", secret_env: "CRM_SECRET" }

  it("are of all types and environments unless they say otherwise", () => {
    assert.deepStrictEqual(decode({})?.webhooks, [])
    assert.deepStrictEqual(decode({ webhooks: [crm] })?.webhooks, [{ name: "crm", url: crm.url, secretEnv: "CRM_SECRET", types: null, environment: null }])
    const narrow = decode({ webhooks: [{ ...crm, types: ["session.ended"], environment: "live" }] })?.webhooks
    assert.deepInclude(narrow?.[0], { types: ["session.ended"], environment: "live" })
  })

  it.each([
    ["two of one name", [crm, { ...crm, url: "https://other.example.com" }], "must name each webhook differently"],
    ["more than ten", Array.from({ length: 11 }, (_, i) => ({ ...crm, name: `crm-${i}` })), "must be at most 10 webhooks"],
    ["a name in capitals", [{ ...crm, name: "CRM" }], "must be a name of at most 63 lower-case letters"],
    ["a URL of another kind", [{ ...crm, url: "ftp://crm.example.com" }], "must be an http or https URL"],
    ["no secret", [{ name: "crm", url: crm.url }], "secret_env"],
    ["a type that there is not", [{ ...crm, types: ["session.begun"] }], "session.started"],
    ["no types at all", [{ ...crm, types: [] }], "types"]
  ])("are refused with %s", (_, webhooks, words) => {
    assert.throws(() => decode({ webhooks }), words)
  })
})

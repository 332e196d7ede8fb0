import { assert, describe, it } from "@effect/vitest"
import { DateTime, Schema } from "effect"
import fc from "fast-check"
import {
  check,
  defaultInboundLimits,
  fingerprint,
  type InboundDecision,
  type InboundLimits,
  newProjectGuard,
  newUserGuard,
  ProjectGuard,
  refusalReplies,
  UserGuard
} from "../src/InboundGuard.ts"

const start = 1_790_000_000_000

interface Arrival {
  readonly user?: string
  readonly text: string
  /** Milliseconds after `start`. */
  readonly after: number
}

/** Feeds texts to the guard as a project does: one state for each user, one for the project. */
const feed = (arrivals: ReadonlyArray<Arrival>, limits: InboundLimits = defaultInboundLimits) => {
  const users = new Map<string, UserGuard>()
  let project = newProjectGuard
  const decisions = arrivals.map(({ user = "a", text, after }): InboundDecision => {
    const checked = check(users.get(user) ?? newUserGuard, project, fingerprint(text), DateTime.makeUnsafe(start + after), limits)
    users.set(user, checked.user)
    project = checked.project
    return checked.decision
  })
  return { decisions, users, project }
}

const words = (decisions: ReadonlyArray<InboundDecision>) => decisions.map((decision) => decision._tag === "Allowed" ? "ok" : decision.reason + (decision.reply === null ? "" : "!"))
const distinct = (count: number, every: number, from = 0): ReadonlyArray<Arrival> => Array.from({ length: count }, (_, i) => ({ text: `text ${from + i}`, after: from + i * every }))

describe("InboundGuard", () => {
  it("lets ten texts of a user through in a minute, refuses the eleventh and tells the user once", () => {
    assert.deepStrictEqual(words(feed(distinct(13, 1_000)).decisions), [...Array(10).fill("ok"), "user_rate!", "user_rate", "user_rate"])
  })

  it("lets the next text through as soon as the first is a minute old", () => {
    const arrivals = [...distinct(10, 1_000), { text: "early", after: 59_999 }, { text: "in time", after: 60_000 }]
    assert.deepStrictEqual(words(feed(arrivals).decisions).slice(10), ["user_rate!", "ok"])
  })

  it("does not count refused texts, so that a user who keeps writing gets ten a minute", () => {
    const { decisions } = feed(Array.from({ length: 180 }, (_, i) => ({ text: `text ${i}`, after: i * 1_000 })))
    assert.strictEqual(decisions.filter((decision) => decision._tag === "Allowed").length, 30)
  })

  it("blocks for ten minutes from the fifth identical text on", () => {
    const same = (after: number) => ({ text: "spam", after })
    const arrivals = [0, 60_000, 120_000, 180_000, 240_000, 241_000, 242_000, 839_999, 840_000].map(same)
    assert.deepStrictEqual(words(feed(arrivals).decisions), ["ok", "ok", "ok", "ok", "identical!", "blocked!", "blocked", "blocked!", "ok"])
  })

  it("takes texts for the same whatever their case and the space around them", () => {
    assert.deepStrictEqual(words(feed(["Spam", "spam", " SPAM ", "spam\n", "sPam"].map((text, i) => ({ text, after: i }))).decisions).at(-1), "identical!")
  })

  it("forgets a text after five minutes", () => {
    assert.deepStrictEqual(words(feed([0, 1, 2, 3, 300_000].map((after) => ({ text: "spam", after }))).decisions), Array(5).fill("ok"))
  })

  it("never takes pictures without text for identical", () => {
    assert.deepStrictEqual(words(feed(Array.from({ length: 8 }, (_, after) => ({ text: "", after }))).decisions), Array(8).fill("ok"))
  })

  it("asks for the block first, then the user's rate, then identical texts, then the project's rate", () => {
    const limits = { inboundPerUserPerMinute: 4, inboundPerProjectPerMinute: 3, identicalTexts: 3 }
    const spam = (after: number) => ({ text: "spam", after })
    assert.deepStrictEqual(words(feed([spam(0), spam(1), spam(2), spam(3)], limits).decisions), ["ok", "ok", "identical!", "blocked!"])
    assert.deepStrictEqual(words(feed([...distinct(5, 1)], limits).decisions), ["ok", "ok", "ok", "project_rate!", "user_rate!"])
    assert.deepStrictEqual(words(feed([...distinct(2, 1), spam(10), spam(11), spam(12)], { ...limits, inboundPerUserPerMinute: 9 }).decisions), ["ok", "ok", "ok", "project_rate!", "identical!"])
  })

  it("refuses everybody while the project is over its limit, and tells each user once", () => {
    const arrivals = Array.from({ length: 100 }, (_, i) => ({ user: `user ${i}`, text: "hi", after: i }))
    const late = ["x", "y", "x"].map((user, i) => ({ user, text: `late ${i}`, after: 1_000 }))
    const { decisions } = feed([...arrivals, ...late, { user: "x", text: "later", after: 61_000 }])
    assert.deepStrictEqual(words(decisions).slice(99), ["ok", "project_rate!", "project_rate!", "project_rate", "ok"])
  })

  it("counts whole minutes for the project, wherever in a second they begin", () => {
    const limits = { ...defaultInboundLimits, inboundPerProjectPerMinute: 1 }
    const knocks = [999, 60_998, 61_000].map((after) => ({ text: "hi", after }))
    assert.deepStrictEqual(words(feed(knocks, limits).decisions), ["ok", "project_rate!", "ok"])
  })

  it("does not count for the project what was refused", () => {
    const { project } = feed(distinct(50, 100))
    assert.strictEqual(project.counts.reduce((sum, count) => sum + count, 0), 10)
  })

  it("tells the user again after a minute", () => {
    const spam = Array.from({ length: 5 }, (_, after) => ({ text: "spam", after }))
    const knocks = [5, 30_000, 60_004, 60_005, 119_000, 120_005].map((after) => ({ text: "?", after }))
    assert.deepStrictEqual(words(feed([...spam, ...knocks]).decisions).slice(5), ["blocked!", "blocked", "blocked", "blocked!", "blocked", "blocked!"])
  })

  it("answers with the published texts", () => {
    assert.deepStrictEqual(refusalReplies, {
      blocked: "Your messages have been temporarily paused. Please try again later.",
      user_rate: "You're sending messages too quickly. Please wait a moment and try again.",
      identical: "Your messages have been temporarily paused. Please try again later.",
      project_rate: "This service is temporarily unavailable. Please try again shortly."
    })
  })

  it("gives nothing for a clock that is set back a little, and recovers from one set back far", () => {
    const full = distinct(10, 1)
    assert.strictEqual(words(feed([...full, { text: "?", after: -5_000 }]).decisions).at(-1), "user_rate!")
    assert.strictEqual(words(feed([...full, { text: "?", after: -3_600_000 }]).decisions).at(-1), "ok")
    const spam = Array.from({ length: 5 }, (_, after) => ({ text: "spam", after }))
    const crowd = Array.from({ length: 100 }, (_, i) => ({ user: `user ${i}`, text: "hi", after: i }))
    assert.strictEqual(words(feed([...crowd, { user: "x", text: "?", after: -5_000 }]).decisions).at(-1), "project_rate!")
    assert.strictEqual(words(feed([...crowd, { user: "x", text: "?", after: -3_600_000 }]).decisions).at(-1), "ok")
    assert.strictEqual(words(feed([...spam, { text: "?", after: -5_000 }]).decisions).at(-1), "blocked!")
    assert.strictEqual(words(feed([...spam, { text: "?", after: -3_600_000 }]).decisions).at(-1), "ok")
  })

  const scenario = fc.array(
    fc.record({ user: fc.constantFrom("a", "b", "c", "d"), text: fc.constantFrom("1", "2", "3", "4", "5", "6", "7"), wait: fc.oneof(fc.nat(500), fc.nat(20_000)) }),
    { maxLength: 150 }
  ).map((steps) => {
    let after = 0
    return steps.map(({ user, text, wait }) => ({ user, text, after: after += wait }))
  })
  const someLimits = fc.record({ inboundPerUserPerMinute: fc.integer({ min: 1, max: 12 }), inboundPerProjectPerMinute: fc.integer({ min: 1, max: 30 }), identicalTexts: fc.integer({ min: 2, max: 6 }) })

  it("never lets more through in any minute than the limits say, and never tells a user the same twice in a minute", () => {
    fc.assert(fc.property(scenario, someLimits, (arrivals, limits) => {
      const { decisions } = feed(arrivals, limits)
      const allowed = arrivals.filter((_, i) => decisions[i]?._tag === "Allowed")
      for (const { after, user } of allowed) {
        const minute = allowed.filter((other) => other.after <= after && other.after > after - 60_000)
        assert.isAtMost(minute.length, limits.inboundPerProjectPerMinute)
        assert.isAtMost(minute.filter((other) => other.user === user).length, limits.inboundPerUserPerMinute)
      }
      const told = arrivals.flatMap((arrival, i) => {
        const decision = decisions[i]
        return decision?._tag === "Refused" && decision.reply !== null ? [{ ...arrival, reason: decision.reason }] : []
      })
      for (const one of told) {
        assert.strictEqual(told.filter((other) => other.user === one.user && other.reason === one.reason && other.after <= one.after && other.after > one.after - 60_000).length, 1)
      }
    }), { numRuns: 200 })
  })

  it("keeps small states that survive JSON", () => {
    fc.assert(fc.property(scenario, (arrivals) => {
      const { users, project } = feed(arrivals)
      const json = <T, E>(schema: Schema.Codec<T, E>, value: T) => Schema.decodeUnknownSync(schema)(JSON.parse(JSON.stringify(Schema.encodeSync(schema)(value))))
      assert.deepStrictEqual(json(ProjectGuard, project), project)
      assert.isAtMost(project.counts.length, 61)
      for (const user of users.values()) {
        assert.deepStrictEqual(json(UserGuard, user), user)
        assert.isAtMost(user.arrivedAtMillis.length, 10)
        assert.isAtMost(user.texts.length, 64)
      }
    }), { numRuns: 100 })
  })
})

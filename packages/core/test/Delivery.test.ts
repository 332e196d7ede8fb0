import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { MessageStatus } from "@parley/schema/Conversation"
import { advance, isFinal, mayRetry } from "../src/Delivery.ts"

const statuses = MessageStatus.literals
const outbound = statuses.filter((status) => status !== "received" && status !== "dropped")
const status = fc.constantFrom(...statuses)

describe("Delivery", () => {
  const rows: ReadonlyArray<readonly [string, MessageStatus, MessageStatus, MessageStatus]> = [
    ["a text moves on from the queue", "queued", "sending", "sending"],
    ["a text that is handed over is sent", "sending", "sent", "sent"],
    ["a text that was sent is delivered", "sent", "delivered", "delivered"],
    ["steps may be missing", "queued", "delivered", "delivered"],
    ["a late sent does not take back delivered", "delivered", "sent", "delivered"],
    ["a late queued takes back nothing", "sent", "queued", "sent"],
    ["a text that was sent may fail", "sent", "failed", "failed"],
    ["a text that was sent may stay undelivered", "sent", "undelivered", "undelivered"],
    ["a lost answer makes it unknown", "sending", "unknown", "unknown"],
    ["a callback before the lost answer wins", "sent", "unknown", "sent"],
    ["a callback makes the unknown known as sent", "unknown", "sent", "sent"],
    ["a callback makes the unknown known as delivered", "unknown", "delivered", "delivered"],
    ["a callback makes the unknown known as failed", "unknown", "failed", "failed"],
    ["a receipt corrects undelivered", "undelivered", "delivered", "delivered"],
    ["a receipt corrects failed", "failed", "delivered", "delivered"],
    ["undelivered says more than failed", "failed", "undelivered", "undelivered"],
    ["failed says less than undelivered", "undelivered", "failed", "undelivered"],
    ["a carrier's opt-out explains a text that was not delivered", "undelivered", "suppressed", "suppressed"],
    ["a late sent does not revive a failed text", "failed", "sent", "failed"],
    ["a failure does not take back a receipt", "delivered", "undelivered", "delivered"],
    ["a queued text is suppressed", "queued", "suppressed", "suppressed"],
    ["a carrier's opt-out is suppression, also after the hand-over", "sent", "suppressed", "suppressed"],
    ["a received text stays received", "received", "delivered", "received"],
    ["a dropped text stays dropped", "dropped", "received", "dropped"],
    ["an inbound status says nothing about an outbound text", "queued", "received", "queued"]
  ]
  for (const [name, current, reported, next] of rows) {
    it(`${name}: ${current}, then ${reported}, is ${next}`, () => {
      assert.strictEqual(advance(current, reported), next)
    })
  }

  it("answers for every pair with one of the two", () => {
    for (const current of statuses) for (const reported of statuses) assert.include([current, reported], advance(current, reported))
  })

  it("is idempotent", () => {
    for (const current of statuses) {
      for (const reported of statuses) assert.strictEqual(advance(advance(current, reported), reported), advance(current, reported))
    }
  })

  it("never returns to a status that it has left", () => {
    fc.assert(fc.property(status, fc.array(status), (first, reports) => {
      const path = reports.reduce<ReadonlyArray<MessageStatus>>((path, reported) => {
        const current = path.at(-1) ?? first
        const next = advance(current, reported)
        return next === current ? path : [...path, next]
      }, [first])
      assert.strictEqual(new Set(path).size, path.length)
    }))
  })

  it("ends at the same status whatever the order and the repetition of the reports", () => {
    const shuffled = fc.array(status, { minLength: 1 }).chain((reports) =>
      fc.tuple(fc.constant(reports), fc.shuffledSubarray(reports, { minLength: reports.length }), fc.subarray(reports))
    )
    fc.assert(fc.property(status, shuffled, (first, [reports, otherOrder, repeats]) => {
      assert.strictEqual(reports.reduce(advance, first), [...otherOrder, ...repeats].reduce(advance, first))
    }))
  })

  it("joins outbound statuses like a lattice: commutative and associative", () => {
    for (const a of outbound) {
      for (const b of outbound) {
        assert.strictEqual(advance(a, b), advance(b, a))
        for (const c of outbound) assert.strictEqual(advance(advance(a, b), c), advance(a, advance(b, c)))
      }
    }
  })

  it("lets only a receipt change a final status", () => {
    for (const current of statuses.filter(isFinal)) {
      for (const reported of statuses) {
        const next = advance(current, reported)
        if (next !== current) assert.isTrue(isFinal(next))
      }
    }
    assert.deepStrictEqual(statuses.filter((status) => !isFinal(status)), ["queued", "sending", "sent", "unknown"])
  })

  it("lets only an attempt without a result be tried again", () => {
    assert.deepStrictEqual(statuses.filter(mayRetry), ["sending", "unknown"])
  })
})

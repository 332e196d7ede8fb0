/** What every store of messages does for the lines: which text may leave, and when the next one may. */
import { assert, layer } from "@effect/vitest"
import { Effect, Option } from "effect"
import type { Message } from "@parley/core/Message"
import { LineStore } from "@parley/core/ports/LineStore"
import { MessageStore } from "@parley/core/ports/MessageStore"
import * as Samples from "./Samples.ts"
import type { StoreLayer } from "./Stores.ts"

const sent = { status: "sent", carrierId: null } as const
const sending = { status: "sending", attemptedAt: Samples.at(0) } as const
const ids = (messages: ReadonlyArray<Message>) => messages.map(({ id }) => id)

/** A line with texts in it, in this order. `user` is a letter. */
const line = Effect.fnUntraced(function*(...texts: ReadonlyArray<readonly [user: string, changes?: Partial<Message>]>) {
  const messages = yield* MessageStore
  const number = Samples.agentNumber()
  const users = new Map<string, Message["userNumber"]>()
  const put: Array<Message> = []
  for (const [letter, changes] of texts) {
    const userNumber = users.get(letter) ?? Samples.userNumber()
    users.set(letter, userNumber)
    put.push(Samples.outboundText({ agentNumber: number, userNumber, ...changes }))
  }
  yield* Effect.forEach(put, messages.insert, { discard: true })
  return { number, put, heads: (limit = 100) => Effect.map(messages.heads(number, limit), ids) }
})

export const lineQueueSuite = (name: string, stores: StoreLayer) =>
  layer(stores)(`MessageStore's lines on ${name}`, (it) => {
    it.effect("each user's first text may leave, oldest first, up to a limit", () =>
      Effect.gen(function*() {
        const { heads, put: [a1, b1, a2, c1] } = yield* line(["a"], ["b"], ["a"], ["c"])
        assert.deepStrictEqual(yield* heads(), [a1?.id, b1?.id, c1?.id])
        assert.deepStrictEqual(yield* heads(2), [a1?.id, b1?.id])
        const messages = yield* MessageStore
        if (a1 !== undefined) yield* messages.update({ ...a1, ...sent })
        assert.deepStrictEqual(yield* heads(), [b1?.id, a2?.id, c1?.id])
      }))

    const holdsUp: ReadonlyArray<readonly [string, Partial<Message>]> = [
      ["is being handed over", sending],
      ["is unknown, and to be asked about", { status: "unknown", nextAttemptAt: Samples.at(1) }]
    ]
    for (const [what, changes] of holdsUp) {
      it.effect(`a text that ${what} holds up its user and nobody else`, () =>
        Effect.gen(function*() {
          const { heads, put: [, , b1] } = yield* line(["a", changes], ["a"], ["b"])
          assert.deepStrictEqual(yield* heads(), [b1?.id])
        }))
    }

    const lets: ReadonlyArray<readonly [string, Partial<Message>]> = [
      ["was sent", sent],
      ["was delivered", { status: "delivered" }],
      ["failed", { status: "failed" }],
      ["was suppressed", { status: "suppressed" }],
      ["is unknown for good", { status: "unknown", nextAttemptAt: null }]
    ]
    for (const [what, changes] of lets) {
      it.effect(`a text that ${what} holds nobody up`, () =>
        Effect.gen(function*() {
          const { heads, put: [, a2] } = yield* line(["a", changes], ["a"])
          assert.deepStrictEqual(yield* heads(), [a2?.id])
        }))
    }

    it.effect("unknown texts are asked about when their time has come, the longest overdue first", () =>
      Effect.gen(function*() {
        const messages = yield* MessageStore
        const { number, put: [a1, b1] } = yield* line(
          ["a", { status: "unknown", nextAttemptAt: Samples.at(6) }],
          ["b", { status: "unknown", nextAttemptAt: Samples.at(5) }],
          ["c", { status: "unknown", nextAttemptAt: null }],
          ["d"],
          ["e", { ...sent, nextAttemptAt: Samples.at(1) }]
        )
        const asked = (now: number, limit = 10) => Effect.map(messages.questions(number, Samples.at(now), limit), ids)
        assert.deepStrictEqual(yield* asked(4), [])
        assert.deepStrictEqual(yield* asked(5), [b1?.id])
        assert.deepStrictEqual(yield* asked(6), [b1?.id, a1?.id])
        assert.deepStrictEqual(yield* asked(6, 1), [b1?.id])
        const early = yield* line(["a", { status: "unknown", attemptedAt: Samples.at(7), nextAttemptAt: Samples.at(9) }])
        assert.deepStrictEqual(ids(yield* messages.questions(early.number, Samples.at(7), 10)), [])
        assert.deepStrictEqual(ids(yield* messages.questions(early.number, Samples.at(6), 10)), [early.put[0]?.id])
      }))

    it.effect("the same user on two lines waits in each of them alone, and inbound texts in none", () =>
      Effect.gen(function*() {
        const messages = yield* MessageStore
        const { heads, put: [a1] } = yield* line(["a"])
        const other = Samples.outboundText({ userNumber: a1?.userNumber ?? Samples.userNumber() })
        yield* messages.insert(other)
        yield* messages.insert(Samples.inboundText({ userNumber: other.userNumber, agentNumber: other.agentNumber }))
        assert.deepStrictEqual(yield* heads(), [a1?.id])
        assert.deepStrictEqual(ids(yield* messages.heads(other.agentNumber, 10)), [other.id])
      }))

    it.effect("the next question is the earliest, whether or not its time has come", () =>
      Effect.gen(function*() {
        const messages = yield* MessageStore
        const { number } = yield* line(
          ["a", { status: "unknown", nextAttemptAt: Samples.at(30) }],
          ["b", { status: "unknown", nextAttemptAt: Samples.at(20) }],
          ["c", { ...sent, nextAttemptAt: Samples.at(10) }],
          ["d"]
        )
        assert.deepStrictEqual(yield* messages.nextQuestionAt(number), Option.some(Samples.at(20)))
        const fresh = yield* line(["a"], ["b", sending], ["c", sent], ["d", { status: "unknown", nextAttemptAt: null }])
        assert.isTrue(Option.isNone(yield* messages.nextQuestionAt(fresh.number)))
        assert.isTrue(Option.isNone(yield* messages.nextQuestionAt(Samples.agentNumber())))
      }))

    it.effect("texts in flight are those that were handed over and have no outcome", () =>
      Effect.gen(function*() {
        const messages = yield* MessageStore
        const { number, put: [a1, , , d1] } = yield* line(["a", sending], ["b"], ["c", sent], ["d", sending])
        assert.deepStrictEqual(ids(yield* messages.inFlight(number)), [a1?.id, d1?.id])
      }))

    it.effect("texts that wait for a user on a number are found, and no others", () =>
      Effect.gen(function*() {
        const messages = yield* MessageStore
        const { number, put: [a1, , a3, , a5] } = yield* line(["a"], ["a", sending], ["a"], ["b"], ["a"], ["a", sent])
        assert.deepStrictEqual(ids(yield* messages.queuedTo(a1?.userNumber ?? Samples.userNumber(), number)), [a1?.id, a3?.id, a5?.id])
      }))

    it.effect("a queue's length counts what holds a place, up to a bound", () =>
      Effect.gen(function*() {
        const messages = yield* MessageStore
        const unknown = { status: "unknown", nextAttemptAt: Samples.at(1) } as const
        const { number } = yield* line(["a"], ["a", sending], ["b", unknown], ["c", sent], ["d", { ...unknown, nextAttemptAt: null }])
        assert.strictEqual(yield* messages.queueLength(number, 10), 3)
        assert.strictEqual(yield* messages.queueLength(number, 2), 2)
        assert.strictEqual(yield* messages.queueLength(Samples.agentNumber(), 10), 0)
      }))

    it.effect("lines that have something to do are found, each once", () =>
      Effect.gen(function*() {
        const messages = yield* MessageStore
        const ready = yield* line(["a"], ["b"])
        const later = yield* line(["a", { status: "unknown", nextAttemptAt: Samples.at(50) }])
        const stuck = yield* line(["a", sending])
        const done = yield* line(["a", sent])
        const forGood = yield* line(["a", { status: "unknown", nextAttemptAt: null }])
        const mine = [ready, later, stuck, done, forGood]
        const due = (now: number) => Effect.map(messages.linesDue(Samples.at(now), 1_000), (lines) => lines.filter((number) => mine.some((one) => one.number === number)))
        assert.deepStrictEqual(yield* due(49), [ready.number, stuck.number])
        assert.deepStrictEqual(yield* due(50), [ready.number, later.number, stuck.number])
        assert.strictEqual((yield* messages.linesDue(Samples.at(50), 1)).length, 1)
      }))

    it.effect("a line that waits for its carrier has nothing to do but to ask, until it may try again or the clock was set back", () =>
      Effect.gen(function*() {
        const messages = yield* MessageStore
        const lines = yield* LineStore
        const waiting = yield* line(["a"], ["b"])
        const asking = yield* line(["a", { status: "unknown", nextAttemptAt: Samples.at(40) }], ["b"])
        const backOff = { waits: 2, losses: 0, since: Samples.at(20), until: Samples.at(50) }
        for (const { number } of [waiting, asking]) {
          yield* lines.put({ number, epoch: 0, handedOver: [], recentSends: 0, recentFailures: 0, countedAt: Samples.at(0), backOff })
        }
        const due = (now: number) => Effect.map(messages.linesDue(Samples.at(now), 1_000), (all) => all.filter((number) => number === waiting.number || number === asking.number))
        assert.deepStrictEqual(yield* due(39), [])
        assert.deepStrictEqual(yield* due(40), [asking.number])
        assert.deepStrictEqual(yield* due(49), [asking.number])
        assert.deepStrictEqual(yield* due(50), [waiting.number, asking.number])
        assert.deepStrictEqual(yield* due(19), [waiting.number, asking.number])
      }))

    it.effect("accepted texts whose receipt is overdue are found, the longest overdue first", () =>
      Effect.gen(function*() {
        const messages = yield* MessageStore
        const { put: [late, later] } = yield* line(
          ["a", { ...sent, nextAttemptAt: Samples.at(-20) }],
          ["b", { ...sent, nextAttemptAt: Samples.at(-30) }],
          ["c", { ...sent, nextAttemptAt: Samples.at(50) }],
          ["d", sent],
          ["e", { status: "delivered", nextAttemptAt: Samples.at(-40) }],
          ["f", { status: "unknown", nextAttemptAt: Samples.at(-40) }]
        )
        assert.deepStrictEqual(ids(yield* messages.receiptsDue(Samples.at(0), 1_000)), [later?.id, late?.id])
        assert.deepStrictEqual(ids(yield* messages.receiptsDue(Samples.at(0), 1)), [later?.id])
      }))

    it.effect("files to look at are those of received texts whose time has come, the longest overdue first", () =>
      Effect.gen(function*() {
        const messages = yield* MessageStore
        const media = [{ url: "https://carrier.example/1", contentType: "image/png", sizeBytes: null }]
        const put = (of: Partial<Message>) => Effect.tap(Effect.sync(() => Samples.inboundText({ media, ...of })), messages.insert)
        // Long before what other tests have put here.
        const later = yield* put({ nextAttemptAt: Samples.at(-1e9 + 20) })
        const first = yield* put({ nextAttemptAt: Samples.at(-1e9 + 10) })
        yield* put({ nextAttemptAt: Samples.at(-1e9 + 41) })
        yield* put({ nextAttemptAt: null })
        yield* put({ status: "dropped", nextAttemptAt: Samples.at(-1e9) })
        assert.deepStrictEqual(ids(yield* messages.mediaDue(Samples.at(-1e9 + 40), 100)), [first.id, later.id])
        assert.deepStrictEqual(ids(yield* messages.mediaDue(Samples.at(-1e9 + 40), 1)), [first.id])
        const known = { ...first, media: [{ url: "https://carrier.example/1", contentType: "image/gif", sizeBytes: 3 }], nextAttemptAt: null }
        yield* messages.update(known)
        assert.deepStrictEqual(yield* messages.get(first.id), Option.some(known))
        assert.deepStrictEqual(ids(yield* messages.mediaDue(Samples.at(-1e9 + 40), 100)), [later.id])
      }))

    it.effect("a text that quiet hours keep is in no line: nobody waits behind it, and nothing counts it but what is held", () =>
      Effect.gen(function*() {
        const messages = yield* MessageStore
        const held = { heldUntil: Samples.at(-900_000), nextAttemptAt: Samples.at(-900_000) }
        const before = yield* messages.backlog()
        const { heads, number, put: [a1, a2, b1] } = yield* line(["a", held], ["a"], ["b", { heldUntil: Samples.at(-950_000), nextAttemptAt: Samples.at(-950_000) }])
        assert.deepStrictEqual(yield* heads(), [a2?.id])
        assert.strictEqual(yield* messages.queueLength(number, 100), 1)
        assert.strictEqual((yield* messages.backlog()).held, before.held + 2)
        assert.deepStrictEqual(ids(yield* messages.heldDue(Samples.at(-900_001), 100)), [b1?.id])
        assert.deepStrictEqual(ids(yield* messages.heldDue(Samples.at(-900_000), 100)), [b1?.id, a1?.id])
        assert.deepStrictEqual(ids(yield* messages.heldDue(Samples.at(-900_000), 1)), [b1?.id])
        if (a1 === undefined) return
        assert.deepStrictEqual(ids(yield* messages.queuedTo(a1.userNumber, number)), [a1.id, a2?.id])
        assert.deepStrictEqual(yield* messages.get(a1.id), Option.some(a1))
        yield* messages.update({ ...a1, nextAttemptAt: null })
        assert.deepStrictEqual(yield* heads(), [a1.id])
        yield* messages.update({ ...a1, status: "suppressed", nextAttemptAt: null })
        assert.deepStrictEqual(ids(yield* messages.queuedTo(a1.userNumber, number)), [a2?.id])
      }))

    it.effect("the backlog is what waits in all lines, and since when", () =>
      Effect.gen(function*() {
        const messages = yield* MessageStore
        const { pending } = yield* messages.backlog()
        yield* line(["a", { createdAt: Samples.at(-5_000) }], ["b"], ["c", sent])
        const after = yield* messages.backlog()
        assert.strictEqual(after.pending - pending, 2)
        assert.deepStrictEqual(after.oldestAt, Samples.at(-5_000))
      }))
  })

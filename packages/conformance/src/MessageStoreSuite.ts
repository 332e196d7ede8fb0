/** What every store of messages does. The lines have a suite of their own: `LineQueueSuite`. */
import { assert, layer } from "@effect/vitest"
import { Effect, Option } from "effect"
import type { Message } from "@parley/core/Message"
import { Directory } from "@parley/core/ports/Directory"
import { MessageStore } from "@parley/core/ports/MessageStore"
import { SessionStore } from "@parley/core/ports/SessionStore"
import * as Samples from "./Samples.ts"
import type { StoreLayer } from "./Stores.ts"
import { everyPage, reasonOf } from "./Stores.ts"

export const messageStoreSuite = (name: string, stores: StoreLayer) =>
  layer(stores)(`MessageStore on ${name}`, (it) => {
    it.effect("a text comes back as it was put, whatever it holds", () =>
      Effect.gen(function*() {
        const messages = yield* MessageStore
        const sessions = yield* SessionStore
        const session = Samples.textedSession()
        yield* sessions.insert(session, null)
        const full: Message = {
          ...Samples.outboundText({ sessionId: session.id, body: "Grüße 👋\n'; DROP TABLE messages; --" }),
          media: [{ url: "https://carrier.example/1?a=b&c", contentType: "image/png", sizeBytes: 4_096 }, { url: "https://example.com/sent", contentType: null, sizeBytes: null }],
          segments: 3,
          status: "failed",
          trouble: { reason: "rejected", code: "21614", detail: "The number is a landline." },
          carrierId: Samples.carrierId(),
          turnId: Samples.turnId(),
          attempts: 2,
          nextAttemptAt: Samples.at(1),
          attemptedAt: Samples.at(2),
          acceptedAt: Samples.at(3),
          updatedAt: Samples.at(4)
        }
        for (const message of [full, Samples.outboundText(), Samples.inboundText()]) {
          yield* messages.insert(message)
          assert.deepStrictEqual(yield* messages.get(message.id), Option.some(message))
        }
        assert.deepStrictEqual(yield* messages.byCarrierId(full.carrierId ?? ""), Option.some(full))
      }))

    it.effect("an update replaces all that can change", () =>
      Effect.gen(function*() {
        const messages = yield* MessageStore
        const message = Samples.outboundText()
        yield* messages.insert(message)
        const changed: Message = {
          ...message,
          status: "unknown",
          trouble: { reason: "ambiguous", code: null, detail: "No answer came." },
          carrierId: Samples.carrierId(),
          attempts: 1,
          nextAttemptAt: Samples.at(1),
          attemptedAt: Samples.at(2),
          acceptedAt: Samples.at(3),
          updatedAt: Samples.at(4)
        }
        yield* messages.update(changed)
        assert.deepStrictEqual(yield* messages.get(message.id), Option.some(changed))
        yield* messages.update(message)
        assert.deepStrictEqual(yield* messages.get(message.id), Option.some(message))
      }))

    it.effect("what is not there is none", () =>
      Effect.gen(function*() {
        const messages = yield* MessageStore
        assert.isTrue(Option.isNone(yield* messages.get(Samples.messageId())))
        assert.isTrue(Option.isNone(yield* messages.byCarrierId(Samples.carrierId())))
        assert.deepStrictEqual(yield* messages.history(Samples.sessionId()), [])
      }))

    it.effect("a carrier's id belongs to one text; texts without one do not collide", () =>
      Effect.gen(function*() {
        const messages = yield* MessageStore
        const first = Samples.inboundText()
        yield* messages.insert(first)
        assert.strictEqual(yield* reasonOf(messages.insert(Samples.inboundText({ carrierId: first.carrierId }))), "conflict")
        const waiting = Samples.outboundText()
        yield* messages.insert(waiting)
        yield* messages.insert(Samples.outboundText())
        assert.strictEqual(yield* reasonOf(messages.update({ ...waiting, carrierId: first.carrierId })), "conflict")
        assert.deepStrictEqual(yield* messages.get(waiting.id), Option.some(waiting))
      }))

    it.effect("a session's texts are its history, oldest first, and a list, newest first, page by page", () =>
      Effect.gen(function*() {
        const messages = yield* MessageStore
        const sessions = yield* SessionStore
        const session = Samples.textedSession()
        const other = Samples.textedSession()
        yield* sessions.insert(session, null)
        yield* sessions.insert(other, null)
        const texts = Array.from({ length: 5 }, (_, index) =>
          index % 2 === 0 ? Samples.inboundText({ sessionId: session.id }) : Samples.outboundText({ sessionId: session.id }))
        // Put in another order than they were made in.
        yield* Effect.forEach([...texts.toReversed(), Samples.inboundText({ sessionId: other.id })], messages.insert, { discard: true })
        const ids = texts.map(({ id }) => id)
        assert.deepStrictEqual((yield* messages.history(session.id)).map(({ id }) => id), ids)
        for (const limit of [1, 2, 5, 9]) {
          const pages = yield* everyPage((cursor) => messages.list(session.id, { limit, cursor }))
          assert.deepStrictEqual(pages.flat().map(({ id }) => id), ids.toReversed())
          assert.strictEqual(pages.length, Math.ceil(5 / limit))
        }
      }))

    it.effect("the number last talked with is that of the newest text either way, among those still provisioned", () =>
      Effect.gen(function*() {
        const messages = yield* MessageStore
        const directory = yield* Directory
        const project = Samples.project()
        yield* directory.putProject(project)
        const [first, second, elsewhere] = [Samples.number(project), Samples.number(project), Samples.number(project, { environment: "sandbox" })]
        yield* Effect.forEach([first, second, elsewhere], directory.putNumber, { discard: true })
        const user = { projectId: project.id, environment: "live" as const, userNumber: Samples.userNumber() }
        const last = messages.lastTalkedWith(user)
        assert.isTrue(Option.isNone(yield* last))
        yield* messages.insert(Samples.inboundText({ ...user, agentNumber: first.number }))
        assert.deepStrictEqual(yield* last, Option.some(first.number))
        yield* messages.insert(Samples.outboundText({ ...user, agentNumber: second.number }))
        assert.deepStrictEqual(yield* last, Option.some(second.number))
        // Another user, another environment, and a number that nobody has.
        yield* messages.insert(Samples.inboundText({ ...user, userNumber: Samples.userNumber(), agentNumber: first.number }))
        yield* messages.insert(Samples.inboundText({ ...user, environment: "sandbox", agentNumber: elsewhere.number }))
        yield* messages.insert(Samples.inboundText({ ...user, agentNumber: elsewhere.number }))
        yield* messages.insert(Samples.inboundText(user))
        // A number that a pool need not choose.
        const pooled = { ...Samples.outboundText({ ...user, agentNumber: first.number }), pool: "pool" }
        yield* messages.insert(pooled)
        assert.deepStrictEqual(yield* last, Option.some(second.number))
        assert.deepStrictEqual(yield* messages.get(pooled.id), Option.some(pooled))
        const chosen = { ...pooled, agentNumber: second.number, pool: null }
        yield* messages.update(chosen)
        assert.deepStrictEqual(yield* messages.get(pooled.id), Option.some(chosen))
        assert.deepStrictEqual(yield* last, Option.some(second.number))
        yield* directory.removeNumber(second.number)
        assert.deepStrictEqual(yield* last, Option.some(first.number))
      }))
  })

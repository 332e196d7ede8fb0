/** What users' files are is learned after they came, and survives whoever was asking. */
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Layer, Option, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as InboundMedia from "@parley/core/InboundMedia"
import { type CarrierFile, MediaFailure, MediaSource, type OpenedFile } from "@parley/core/ports/MediaSource"
import { MessageStore } from "@parley/core/ports/MessageStore"
import { AccountId } from "@parley/schema/Ids"
import * as Samples from "@parley/conformance/Samples"
import * as World from "./World.ts"
import { world } from "./World.ts"

const png = { url: "https://carrier.example/1", contentType: "image/png" }
const film = { url: "https://carrier.example/2", contentType: "video/mp4" }

/** A carrier of files: what it has, by URL, and whom it was asked for. */
const source = (files: Map<string, OpenedFile | MediaFailure>, asked: Array<CarrierFile> = []) =>
  Layer.succeed(MediaSource, MediaSource.of({
    open: (file) =>
      Effect.suspend(() => {
        asked.push(file)
        const found = files.get(file.url) ?? new MediaFailure({ reason: "gone", detail: "It is gone." })
        return found instanceof MediaFailure ? Effect.fail(found) : Effect.succeed(found)
      })
  }))

const opened = (contentType: string | null, sizeBytes: number | null, ...pieces: ReadonlyArray<number>): OpenedFile => ({
  contentType,
  sizeBytes,
  content: Stream.fromIterable(pieces.map((length) => new Uint8Array(length)))
})
const notNow = new MediaFailure({ reason: "not_now", detail: "No connection." })

const arrive = Effect.fnUntraced(function*(media: ReadonlyArray<typeof png> = [png, film], body = "Look") {
  const id = World.conversed(yield* World.text(body, { media }))
  const message = (yield* World.history(id)).at(-1)
  return message ?? (yield* Effect.die("the text was not kept"))
})
const sizes = (id: Parameters<typeof World.message>[0]) => Effect.map(World.message(id), ({ media }) => media.map(({ sizeBytes }) => sizeBytes))

describe("A user's files", () => {
  it.effect("are looked at once, after they came", () => {
    const asked: Array<CarrierFile> = []
    const files = new Map([[png.url, opened("image/png", 4_096)], [film.url, opened("video/mp4", null, 10, 20)]])
    return Effect.gen(function*() {
      const message = yield* arrive()
      assert.deepStrictEqual(message.media, [{ ...png, sizeBytes: null }, { ...film, sizeBytes: null }])
      assert.strictEqual(asked.length, 0)
      assert.strictEqual(yield* InboundMedia.inspectDue(10), 1)
      assert.deepStrictEqual((yield* World.message(message.id)).media, [{ ...png, sizeBytes: 4_096 }, { ...film, sizeBytes: 30 }])
      assert.deepStrictEqual(asked.map(({ carrierId, url }) => [carrierId, url]), [[message.carrierId, png.url], [message.carrierId, film.url]])
      yield* TestClock.adjust("25 hours")
      assert.strictEqual(yield* InboundMedia.inspectDue(10), 0)
    }).pipe(Effect.provide([world(), source(files, asked)]))
  })

  it.effect("are of the type that the carrier tells when it is asked", () =>
    Effect.gen(function*() {
      const { id } = yield* arrive([png])
      yield* InboundMedia.inspectDue(10)
      assert.deepStrictEqual((yield* World.message(id)).media, [{ ...png, contentType: "image/gif", sizeBytes: 1 }])
    }).pipe(Effect.provide([world(), source(new Map([[png.url, opened("image/gif", 1)]]))])))

  it.effect("are asked for again while the carrier is away, ever less often, and only those that are missing", () => {
    const asked: Array<CarrierFile> = []
    const files = new Map<string, OpenedFile | MediaFailure>([[png.url, opened("image/png", 4_096)], [film.url, notNow]])
    return Effect.gen(function*() {
      const { id } = yield* arrive()
      assert.strictEqual(yield* InboundMedia.inspectDue(10), 1)
      assert.deepStrictEqual(yield* sizes(id), [4_096, null])
      assert.strictEqual(yield* InboundMedia.inspectDue(10), 0)
      const questions: Array<number> = []
      for (let second = 1; second <= 200; second++) {
        yield* TestClock.adjust("1 second")
        if ((yield* InboundMedia.inspectDue(10)) > 0) questions.push(second)
      }
      assert.deepStrictEqual(questions, [10, 20, 40, 80, 160])
      files.set(film.url, opened("video/mp4", 9))
      yield* TestClock.adjust("3 minutes")
      assert.strictEqual(yield* InboundMedia.inspectDue(10), 1)
      assert.deepStrictEqual(yield* sizes(id), [4_096, 9])
      assert.strictEqual(asked.filter(({ url }) => url === png.url).length, 1)
    }).pipe(Effect.provide([world(), source(files, asked)]))
  })

  it.effect("are given up where the carrier has none, or a day has passed", () => {
    const files = new Map<string, OpenedFile | MediaFailure>([[film.url, notNow]])
    return Effect.gen(function*() {
      const gone = yield* arrive([png])
      yield* InboundMedia.inspectDue(10)
      assert.isNull((yield* World.message(gone.id)).nextAttemptAt)
      const away = yield* arrive([film], "And this")
      for (let hour = 0; hour < 48; hour++) {
        yield* TestClock.adjust("1 hour")
        yield* InboundMedia.inspectDue(10)
      }
      assert.deepInclude(yield* World.message(away.id), { nextAttemptAt: null, status: "received", media: [{ ...film, sizeBytes: null }] })
    }).pipe(Effect.provide([world(), source(files)]))
  })

  it.effect("of a text that is dropped, or a keyword, are kept and not looked at unless it was received", () =>
    Effect.gen(function*() {
      yield* World.text("STOP", { media: [png] })
      yield* World.text("Still there?", { media: [png] })
      assert.strictEqual(yield* InboundMedia.inspectDue(10), 1)
    }).pipe(Effect.provide([world(), source(new Map([[png.url, opened("image/png", 1)]]))])))

  it.effect("are opened for their own account alone, by their place, and none that was sent", () => {
    const files = new Map([[png.url, opened(null, 3, 3)]])
    return Effect.gen(function*() {
      const { id } = yield* arrive([png])
      const open = (account: AccountId, index: number, of = id) => Effect.scoped(InboundMedia.open(account, of, index))
      const file = yield* open(World.accountId, 0)
      assert.deepStrictEqual([file.contentType, file.sizeBytes, yield* Stream.runCount(file.content)], ["image/png", 3, 1])
      for (const missing of [open(World.accountId, 1), open(AccountId.make("somebody"), 0)]) {
        assert.strictEqual((yield* Effect.flip(missing))._tag, "FileNotFound")
      }
      const { messageId } = yield* World.send("Look", { mediaUrls: ["https://example.com/1.png"], userNumber: Samples.userNumber() })
      assert.strictEqual((yield* Effect.flip(open(World.accountId, 0, messageId)))._tag, "FileNotFound")
    }).pipe(Effect.provide([world(), source(files)]))
  })

  it.effect("do not keep what becomes of their text meanwhile from being seen", () => {
    const late = new Map<string, OpenedFile | MediaFailure>()
    return Effect.gen(function*() {
      const store = yield* MessageStore
      const { id } = yield* arrive([png])
      const [due] = yield* store.mediaDue(yield* DateTime.now, 10)
      assert.strictEqual(due?.id, id)
      // As an erasure would: the text has no files any more when the answer comes.
      late.set(png.url, { ...opened("image/png", null), content: Stream.fromEffect(Effect.as(Effect.orDie(erase(store, id)), new Uint8Array(5))) })
      yield* InboundMedia.inspectDue(10)
      assert.deepInclude(yield* World.message(id), { media: [], nextAttemptAt: null })
    }).pipe(Effect.provide([world(), source(late)]))
  })
})

const erase = (store: MessageStore["Service"], id: Parameters<typeof World.message>[0]) =>
  Effect.flatMap(store.get(id), (found) => store.update({ ...Option.getOrThrow(found), media: [], nextAttemptAt: null }))

import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration } from "effect"
import fc from "fast-check"
import { MessageId, timeOrdered, TurnId } from "@parley/schema/Ids"
import { defaultSessionPolicy } from "../src/SessionPolicy.ts"
import * as Turn from "../src/Turn.ts"

const policy = defaultSessionPolicy
const zero = 1_790_000_000_000
const at = (millis: number) => DateTime.makeUnsafe(zero + millis)
const since = (time: DateTime.Utc | null) => time === null ? null : DateTime.toEpochMillis(time) - zero
const message = (n: number) => MessageId.make(`msg_${timeOrdered(zero + n, 0n)}`)
const turnId = (n: number) => TurnId.make(`turn_${timeOrdered(zero + n, 0n)}`)

const texts = (...arrivals: ReadonlyArray<number>) => arrivals.reduce((turn, arrival) => Turn.textArrived(turn, at(arrival)), Turn.idle)
const due = (turn: Turn.Turn, now = 0) => since(Turn.dueAt(turn, policy, at(now)))

describe("Turn", () => {
  const windows: ReadonlyArray<readonly [string, ReadonlyArray<number>, number]> = [
    ["one text waits for 1.5 s of quiet", [0], 1_500],
    ["a second text extends the window", [0, 1_000], 2_500],
    ["a text after the window still counts while nothing has begun", [0, 3_000], 4_500],
    ["texts that keep coming are answered 10 s after the first", [0, 1_400, 2_800, 4_200, 5_600, 7_000, 8_400, 9_800], 10_000],
    ["texts that arrive out of order count from the earliest and the latest", [2_000, 0, 1_000], 3_500]
  ]
  it.each(windows)("%s", (_, arrivals, expected) => {
    assert.strictEqual(due(texts(...arrivals)), expected)
  })

  it("nothing is due when nothing was said", () => {
    assert.isNull(due(Turn.idle))
  })

  it("a start is due at once, and the texts wait behind it", () => {
    const opened: Turn.Turn = { ...texts(0), owed: "start" }
    assert.strictEqual(due(opened, 7), 7)
    const starting = Turn.begin(opened, turnId(1), message(1), policy, at(7))
    assert.strictEqual(starting.running?.kind, "start")
    assert.isNull(starting.running?.through)
    assert.isNull(starting.owed)
    assert.isNotNull(starting.texts)
    const replying = Turn.answered(starting)
    assert.strictEqual(due(replying), 1_500)
    assert.isNull(replying.answeredThrough)
  })

  it("a call that is out is given up after its time-out and a margin", () => {
    const running = Turn.begin(texts(0), turnId(1), message(1), policy, at(2_000))
    assert.strictEqual(due(running), 2_000 + 30_000 + 5_000)
  })

  it("a reply takes the texts, and later ones wait for the next turn", () => {
    const running = Turn.begin(texts(0), turnId(1), message(1), policy, at(2_000))
    assert.isNull(running.texts)
    const later = Turn.textArrived(running, at(3_000))
    const answered = Turn.answered(later)
    assert.strictEqual(answered.answeredThrough, message(1))
    assert.strictEqual(due(answered), 4_500)
    assert.isNull(due(Turn.answered(Turn.begin(answered, turnId(2), message(2), policy, at(4_500)))))
  })

  it("a failed call is due again under the same id, later each time, and is given up after the policy's last attempt", () => {
    let turn = Turn.begin(texts(0), turnId(1), message(1), policy, at(0))
    for (const [attempt, wait] of [[1, 2_000], [2, 4_000], [3, 8_000]] as const) {
      const { gaveUp, turn: failing } = Turn.failed(turn, "timeout", policy, at(0))
      assert.isFalse(gaveUp)
      assert.strictEqual(due(failing), wait)
      assert.deepInclude(failing.failure, { attempts: attempt, gaveUp: false })
      turn = Turn.again(failing, policy, at(0))
      assert.strictEqual(turn.running?.id, turnId(1))
      assert.strictEqual(turn.running?.attempt, attempt + 1)
    }
    const { gaveUp, turn: over } = Turn.failed(turn, "timeout", policy, at(0))
    assert.isTrue(gaveUp)
    assert.isNull(over.running)
    assert.deepInclude(over.failure, { attempts: 4, gaveUp: true })
    assert.strictEqual(over.answeredThrough, message(1))
    assert.isNull(due(over))
  })

  it("a failure that no further call can mend is given up at once", () => {
    const running = Turn.begin(texts(0), turnId(1), message(1), policy, at(0))
    const { gaveUp, turn: over } = Turn.failed(running, "misconfigured", policy, at(0), "never")
    assert.isTrue(gaveUp)
    assert.isNull(over.running)
    assert.deepInclude(over.failure, { attempts: 1, gaveUp: true })
    assert.strictEqual(over.answeredThrough, message(1))
  })

  const asked: ReadonlyArray<readonly [string, Duration.Duration, number]> = [
    ["a longer wait that the agent asks for is kept", Duration.seconds(20), 20_000],
    ["a wait shorter than the back-off does not shorten it", Duration.millis(5), 2_000],
    ["a wait of hours is a minute, since the user waits as well", Duration.hours(3), 60_000],
    ["a wait without end is a minute too", Duration.infinity, 60_000]
  ]
  it.each(asked)("%s", (_, again, expected) => {
    const running = Turn.begin(texts(0), turnId(1), message(1), policy, at(0))
    const { gaveUp, turn } = Turn.failed(running, "refused", policy, at(0), again)
    assert.isFalse(gaveUp)
    assert.strictEqual(due(turn), expected)
  })

  it("a wait that is asked for adds no attempts", () => {
    const tight = { ...policy, turnAttempts: 1 }
    assert.isTrue(Turn.failed(Turn.begin(texts(0), turnId(1), message(1), tight, at(0)), "refused", tight, at(0), Duration.seconds(20)).gaveUp)
  })

  it("an answer clears the failure that an operator was shown", () => {
    const failing = Turn.failed(Turn.begin(texts(0), turnId(1), message(1), policy, at(0)), "timeout", policy, at(0)).turn
    assert.isNotNull(failing.failure)
    assert.isNull(Turn.answered(failing).failure)
  })

  it("a start is called once only, because the user's text waits behind it", () => {
    const starting = Turn.begin({ ...texts(0), owed: "start" }, turnId(1), null, policy, at(0))
    assert.isTrue(Turn.failed(starting, "timeout", policy, at(0)).gaveUp)
  })

  it("an end is tried as often as a reply", () => {
    const ending = Turn.begin(Turn.closing(Turn.idle), turnId(1), null, policy, at(0))
    assert.strictEqual(ending.running?.kind, "end")
    assert.isFalse(Turn.failed(ending, "timeout", policy, at(0)).gaveUp)
  })

  it("a failure of a call that was withdrawn changes nothing", () => {
    assert.deepStrictEqual(Turn.failed(Turn.idle, "timeout", policy, at(0)), { turn: Turn.idle, gaveUp: false })
    assert.strictEqual(Turn.again(Turn.idle, policy, at(0)), Turn.idle)
  })

  it("a withdrawn reply puts its texts back, with those that came meanwhile", () => {
    const running = Turn.begin(texts(0, 500), turnId(1), message(1), policy, at(2_000))
    const waiting = Turn.withdraw(Turn.textArrived(running, at(3_000)))
    assert.isNull(waiting.running)
    assert.deepStrictEqual(waiting.texts, { firstAt: at(0), lastAt: at(3_000) })
    assert.deepStrictEqual(Turn.withdraw(running).texts, { firstAt: at(0), lastAt: at(500) })
  })

  it("a withdrawn start or end is owed again", () => {
    assert.strictEqual(Turn.withdraw(Turn.begin({ ...Turn.idle, owed: "start" }, turnId(1), null, policy, at(0))).owed, "start")
    assert.strictEqual(Turn.withdraw(Turn.begin(Turn.closing(Turn.idle), turnId(1), null, policy, at(0))).owed, "end")
  })

  it("the end of a session leaves one call owed and nothing else", () => {
    const closed = Turn.closing(Turn.begin(texts(0), turnId(1), message(1), policy, at(2_000)))
    assert.deepInclude(closed, { owed: "end", running: null, texts: null })
    assert.strictEqual(due(closed, 9), 9)
  })

  it("texts are due neither before the quiet time after the last nor after the bound from the first", () => {
    fc.assert(fc.property(fc.array(fc.nat(30_000), { minLength: 1, maxLength: 20 }), (arrivals) => {
      const dueAt = due(texts(...arrivals)) ?? -1
      const first = Math.min(...arrivals)
      const last = Math.max(...arrivals)
      assert.strictEqual(dueAt, Math.min(last + 1_500, first + 10_000))
    }))
  })
})

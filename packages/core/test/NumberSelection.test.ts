import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import fc from "fast-check"
import { Country } from "@parley/schema/Country"
import { Environment } from "@parley/schema/Environment"
import { countryOf } from "@parley/schema/NumberPlan"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { Registration, SenderType } from "@parley/schema/Sender"
import { builtIn } from "../src/Availability.ts"
import { eligible } from "../src/Compliance.ts"
import { type Candidate, explainRefusal, hangsOnHistory, hangsOnLines, type NumberRequest, select } from "../src/NumberSelection.ts"

const phone = (number: string) => PhoneNumber.make(number)
const candidate = (number: string, facts: Partial<Candidate> = {}): Candidate => ({
  number: phone(number),
  country: countryOf(phone(number)) ?? Country.make("US"),
  type: "long_code",
  registration: "approved",
  health: { recentSends: 0, recentFailures: 0 },
  queuedSegments: 0,
  segmentsPerSecond: 10,
  enabled: true,
  ...facts
})
const request = (candidates: ReadonlyArray<Candidate>, facts: Partial<NumberRequest> = {}): NumberRequest => ({
  candidates,
  userNumber: phone("+14155550100"),
  environment: "live",
  policy: "enforce",
  availability: builtIn,
  ...facts
})
const chosen = (request: NumberRequest) => {
  const result = select(request)
  return Result.isSuccess(result)
    ? [result.success.number, ...result.success.reasons.map(({ criterion, from, to }) => `${criterion} ${from}>${to}`)]
    : [result.failure._tag]
}

const sanFrancisco = candidate("+14155550111")
const newYork = candidate("+12125550111")
const toronto = candidate("+14165550111")
const london = candidate("+447400123456", { registration: "not_required" })
const paris = candidate("+33612345678", { registration: "not_required" })

describe("NumberSelection", () => {
  it("takes the only number", () => {
    assert.deepStrictEqual(chosen(request([london])), [london.number, "only_eligible 1>1"])
  })

  it("leaves the choice to the carrier's pool, whatever it would have chosen, but for a user who has a number", () => {
    const candidates = [sanFrancisco, newYork, london]
    const alone = select(request(candidates))
    const pooled = select(request(candidates, { pool: "pool" }))
    assert.isTrue(Result.isSuccess(alone) && Result.isSuccess(pooled))
    if (Result.isFailure(alone) || Result.isFailure(pooled)) return
    assert.deepStrictEqual({ ...pooled.success, pool: null, reasons: [] }, { ...alone.success, reasons: [] })
    assert.deepStrictEqual([pooled.success.pool, pooled.success.reasons], ["pool", [{ criterion: "carrier_chooses", from: 3, to: 3 }]])
    for (const known of [{ lastTalkedWith: london.number }, { agentNumber: london.number }]) {
      const result = select(request(candidates, { pool: "pool", ...known }))
      assert.deepStrictEqual(Result.isSuccess(result) && [result.success.number, result.success.pool], [london.number, null])
    }
    assert.deepStrictEqual(chosen(request([], { pool: "pool" })), ["NoNumbers"])
  })

  it("prefers the number that the user last talked with to everything else", () => {
    const busy = { ...paris, queuedSegments: 1_000, health: { recentSends: 10, recentFailures: 10 } }
    assert.deepStrictEqual(chosen(request([sanFrancisco, newYork, busy], { lastTalkedWith: paris.number })), [paris.number, "last_talked_with 3>1"])
  })

  it("does without the number last talked with when it is gone or may not send", () => {
    assert.deepStrictEqual(chosen(request([london, paris, toronto], { lastTalkedWith: newYork.number, userNumber: phone("+447400999999") })), [london.number, "same_country 3>1"])
    const unregistered = { ...newYork, registration: "pending" } as const
    assert.deepStrictEqual(chosen(request([unregistered, sanFrancisco], { lastTalkedWith: newYork.number })), [sanFrancisco.number, "only_eligible 1>1"])
  })

  it("prefers the user's country, then the user's area code", () => {
    assert.deepStrictEqual(chosen(request([london, newYork, toronto, sanFrancisco])), [sanFrancisco.number, "same_country 4>2", "same_area_code 2>1"])
    assert.deepStrictEqual(chosen(request([london, newYork, toronto], { userNumber: phone("+16475550100") })), [toronto.number, "same_country 3>1"])
  })

  it("compares area codes in the US and Canada only", () => {
    const others = [candidate("+447400123456"), candidate("+447400123457")]
    const [number, reason] = chosen(request(others, { userNumber: phone("+447400999999") }))
    assert.include(others.map((other) => other.number), phone(number ?? ""))
    assert.strictEqual(reason, "stable_hash 2>1")
  })

  it("keeps the same area code even when its number is busy, and prefers healthy to idle", () => {
    assert.deepStrictEqual(chosen(request([{ ...sanFrancisco, queuedSegments: 500 }, newYork])), [sanFrancisco.number, "same_area_code 2>1"])
    const failing = candidate("+12125550112", { health: { recentSends: 20, recentFailures: 10 } })
    assert.deepStrictEqual(chosen(request([failing, { ...newYork, queuedSegments: 50 }])), [newYork.number, "healthy 2>1"])
  })

  it("takes a few failures, or a small share of them, for chance", () => {
    const unlucky = candidate("+12125550112", { health: { recentSends: 4, recentFailures: 4 } })
    const mostlyFine = candidate("+12125550113", { health: { recentSends: 100, recentFailures: 49 } })
    const busy = { ...newYork, queuedSegments: 1 }
    assert.deepStrictEqual(chosen(request([unlucky, busy])), [unlucky.number, "shortest_queue 2>1"])
    assert.deepStrictEqual(chosen(request([mostlyFine, busy])), [mostlyFine.number, "shortest_queue 2>1"])
  })

  it("chooses among failing numbers when there are no others", () => {
    const failing = (number: string, queuedSegments: number) => candidate(number, { queuedSegments, health: { recentSends: 10, recentFailures: 10 } })
    assert.deepStrictEqual(chosen(request([failing("+12125550112", 5), failing("+12125550113", 4)])), ["+12125550113", "shortest_queue 2>1"])
  })

  it("measures a queue by the time it takes, not by its length", () => {
    const fast = candidate("+12125550112", { queuedSegments: 100, segmentsPerSecond: 225 })
    const slow = candidate("+12125550113", { queuedSegments: 10, segmentsPerSecond: 1 })
    assert.deepStrictEqual(chosen(request([slow, fast])), [fast.number, "shortest_queue 2>1"])
  })

  it("fails for an environment without numbers, whatever is asked for", () => {
    assert.deepStrictEqual(chosen(request([])), ["NoNumbers"])
    assert.deepStrictEqual(chosen(request([], { agentNumber: london.number })), ["NoNumbers"])
  })

  it("chooses for a text with files among the numbers that carry them, and says why there are none", () => {
    const plain = { ...sanFrancisco, mms: false }
    assert.deepStrictEqual(chosen(request([plain, newYork, london], { withMedia: true })), [newYork.number, "only_eligible 1>1"])
    assert.deepStrictEqual(chosen(request([plain, newYork, london])), [plain.number, "same_country 3>2", "same_area_code 2>1"])
    const refused = select(request([plain, london], { withMedia: true }))
    const told = Result.isFailure(refused) && refused.failure._tag === "NoneEligible" ? refused.failure.refusals.map(explainRefusal) : []
    assert.match(told.join(" "), /^\+14155550111: The number does not carry media.+ \+447400123456: Numbers of GB do not carry media/u)
    assert.deepStrictEqual(chosen(request([newYork, london], { withMedia: true, agentNumber: london.number })), ["NoneEligible"])
  })

  it("takes the caller's own number", () => {
    assert.deepStrictEqual(chosen(request([sanFrancisco, london], { agentNumber: london.number })), [london.number, "agent_number 2>1"])
  })

  it("fails for a number that is not provisioned, and names it", () => {
    const result = select(request([sanFrancisco], { agentNumber: london.number }))
    assert.isTrue(Result.isFailure(result) && result.failure._tag === "NotProvisioned" && result.failure.agentNumber === london.number)
  })

  it("fails when none may text the user, and says why for each", () => {
    const numbers = [{ ...newYork, registration: "unregistered" } as const, { ...london, enabled: false }, candidate("+33612345679", { sendsTo: [Country.make("FR")] })]
    const result = select(request(numbers))
    assert.isTrue(Result.isFailure(result) && result.failure._tag === "NoneEligible")
    if (Result.isFailure(result) && result.failure._tag === "NoneEligible") {
      assert.deepStrictEqual(result.failure.refusals.map(({ number, reason }) => [number, reason._tag]), [
        [newYork.number, "RegistrationNotApproved"],
        [london.number, "Disabled"],
        ["+33612345679", "CountryNotReached"]
      ])
      assert.deepStrictEqual(result.failure.refusals.map(explainRefusal), [
        "+12125550111: The A2P 10DLC registration of this US long code is not approved (unregistered), so carriers block its texts; put it under an approved campaign (/v1/registrations), or use a short code or a toll-free number.",
        "+447400123456: The number is switched off; switch it on.",
        "+33612345679: The number cannot text US; add one that can."
      ])
    }
  })

  it("does not take the caller's own number when it may not text the user, and says why for that one", () => {
    const result = select(request([{ ...newYork, registration: "unregistered" }, london], { agentNumber: newYork.number }))
    assert.isTrue(Result.isFailure(result) && result.failure._tag === "NoneEligible" && result.failure.refusals.length === 1)
  })

  it("hands on the chosen number's warnings", () => {
    const result = select(request([{ ...newYork, registration: "unregistered" }, london], { policy: "warn" }))
    assert.deepStrictEqual(Result.isSuccess(result) ? result.success.warnings.map((warning) => warning._tag) : [], ["RegistrationNotApproved"])
  })

  it("spreads users evenly over equal numbers, and moves only the users of a number that goes", () => {
    const numbers = Array.from({ length: 4 }, (_, i) => candidate(`+1212555011${i}`))
    const users = Array.from({ length: 2_000 }, (_, i) => phone(`+1415555${1_000 + i}`))
    const choice = (candidates: ReadonlyArray<Candidate>) => users.map((userNumber) => chosen(request(candidates, { userNumber }))[0])
    const all = choice(numbers)
    for (const { number } of numbers) assert.closeTo(all.filter((one) => one === number).length, 500, 100)
    const gone = numbers[3]?.number
    const fewer = choice(numbers.slice(0, 3))
    all.forEach((number, i) => {
      if (number !== gone) assert.strictEqual(fewer[i], number)
    })
  })

  const numbers = ["+14155550111", "+14155550112", "+12125550111", "+14165550111", "+447400123456", "+33612345678", "+385921234567"]
  const someCandidates = fc.uniqueArray(
    fc.record({
      number: fc.constantFrom(...numbers),
      type: fc.constantFrom(...SenderType.literals),
      registration: fc.constantFrom(...Registration.literals),
      health: fc.option(fc.record({ recentSends: fc.nat(20), recentFailures: fc.nat(20) }), { nil: undefined }),
      queuedSegments: fc.nat(3),
      segmentsPerSecond: fc.constantFrom(1, 10),
      enabled: fc.constantFrom(true, true, true, false)
    }).map(({ number, ...facts }) => candidate(number, facts)),
    { selector: ({ number }) => number, maxLength: numbers.length }
  )
  const number = fc.constantFrom(...numbers).map(phone)
  const someRequest = fc.record({
    candidates: someCandidates,
    userNumber: fc.constantFrom("+14155550100", "+16475550100", "+447400999999", "+385921234599", "+819012345678", "+88216123456").map(phone),
    lastTalkedWith: fc.option(number),
    environment: fc.constantFrom(...Environment.literals),
    policy: fc.constantFrom("enforce" as const, "warn" as const),
    availability: fc.constant(builtIn),
    agentNumber: fc.option(number, { freq: 4 })
  })
  const mayText = (request: NumberRequest, one: Candidate) =>
    one.enabled !== false && eligible(one, countryOf(request.userNumber), request.environment, request.policy, builtIn).eligible

  it("answers the same to the same request, whatever the order of its numbers", () => {
    fc.assert(fc.property(someRequest.chain((request) => fc.tuple(fc.constant(request), fc.shuffledSubarray(request.candidates, { minLength: request.candidates.length }))), ([request, shuffled]) => {
      assert.deepStrictEqual(chosen({ ...request, candidates: shuffled }), chosen(request))
    }), { numRuns: 500 })
  })

  it("never picks a number that may not text the user, and finds one whenever one may", () => {
    fc.assert(fc.property(someRequest, (request) => {
      const result = select(request)
      const asked = request.candidates.filter(({ number }) => request.agentNumber === null || number === request.agentNumber)
      const usable = asked.filter((one) => mayText(request, one))
      assert.strictEqual(Result.isSuccess(result), usable.length > 0)
      if (Result.isSuccess(result)) assert.include(usable.map(({ number }) => number), result.success.number)
      else {
        assert.strictEqual(result.failure._tag, request.candidates.length === 0 ? "NoNumbers" : asked.length === 0 ? "NotProvisioned" : "NoneEligible")
        if (result.failure._tag === "NoneEligible") assert.strictEqual(result.failure.refusals.length, asked.length)
      }
    }), { numRuns: 500 })
  })

  it("respects the caller's own number, or else the number last talked with, whenever it may text the user", () => {
    fc.assert(fc.property(someRequest, (request) => {
      const wanted = request.agentNumber ?? request.lastTalkedWith
      const wish = request.candidates.find(({ number }) => number === wanted)
      if (wish !== undefined && mayText(request, wish)) assert.strictEqual(chosen(request)[0], wish.number)
    }), { numRuns: 500 })
  })

  it("says when neither the history nor the lines could change the choice, and then they do not", () => {
    const known = fc.record({ health: fc.record({ recentSends: fc.nat(20), recentFailures: fc.nat(20) }), queuedSegments: fc.nat(9) })
    fc.assert(fc.property(someRequest, fc.array(known, { minLength: 20, maxLength: 20 }), fc.option(fc.constant("MG1")), (request, lines, pool) => {
      const bare = { ...request, pool, candidates: request.candidates.map((one) => ({ ...one, health: undefined, queuedSegments: 0 })) }
      const measured = { ...bare, candidates: bare.candidates.map((one, n) => ({ ...one, ...lines[n % lines.length] })) }
      const atOnce = select({ ...bare, lastTalkedWith: null })
      if (Result.isFailure(atOnce) || !hangsOnHistory(atOnce.success)) assert.deepStrictEqual(select(measured), atOnce)
      const remembering = select(bare)
      if (Result.isFailure(remembering) || !hangsOnLines(remembering.success)) assert.deepStrictEqual(select(measured), remembering)
    }), { numRuns: 1_000 })
    const [one, other] = [candidate("+12125550112"), candidate("+12125550113")]
    const hangs = (of: NumberRequest) => Result.match(select(of), { onFailure: () => null, onSuccess: (selection) => [hangsOnHistory(selection), hangsOnLines(selection)] })
    assert.deepStrictEqual(hangs(request([one])), [false, false])
    assert.deepStrictEqual(hangs(request([one, london])), [true, false])
    assert.deepStrictEqual(hangs(request([one, other])), [true, true])
    assert.deepStrictEqual(hangs(request([one, other], { lastTalkedWith: one.number })), [true, false])
    assert.deepStrictEqual(hangs(request([one, other], { agentNumber: one.number })), [false, false])
  })

  it("gives reasons that each narrow the choice, down to one", () => {
    fc.assert(fc.property(someRequest, (request) => {
      const result = select(request)
      if (Result.isFailure(result)) return
      const { reasons } = result.success
      assert.isAbove(reasons.length, 0)
      assert.strictEqual(reasons.at(-1)?.to, 1)
      reasons.forEach(({ from, to }, i) => {
        if (i > 0) assert.strictEqual(from, reasons[i - 1]?.to)
        assert.isTrue(to < from || (reasons.length === 1 && from === 1))
      })
    }), { numRuns: 500 })
  })
})

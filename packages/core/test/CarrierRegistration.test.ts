import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration } from "effect"
import fc from "fast-check"
import { AccountId, ProjectId, RegistrationId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { type CarrierRegistration, type CarrierWord, defaultRegistrationTimes, file, heard, postpone, refuse, registers, registrationOf, submitted, waitingFor } from "../src/CarrierRegistration.ts"

const zero = 1_790_000_000_000
const at = (millis: number) => DateTime.makeUnsafe(zero + millis)
const times = defaultRegistrationTimes
const filing = { kind: "brand", name: "Harbor", type: "standard", customerProfile: "BU1", messagingProfile: "BU2" } as const
const filed = file({ id: RegistrationId.make("reg_01KAV5RK8ETQ8Y4V2N6W3Z7J9G"), accountId: AccountId.make("ws"), projectId: ProjectId.make("p"), filing }, at(0))
const taken = submitted(filed, { carrierId: "BN1", poolId: null }, at(0))
const link = registers(PhoneNumber.make("+14155550001"), filed.id)

const state = fc.constantFrom<CarrierWord["state"]>("in_review", "approved", "rejected", "suspended")
const word = fc.record({ state, trustScore: fc.option(fc.integer({ min: 0, max: 100 })), trouble: fc.constant(null) })
const story = fc.array(fc.record({ word, afterMillis: fc.nat(86_400_000) }), { maxLength: 30 })

const millisUntil = ({ dueAt }: CarrierRegistration, now: number) => dueAt === null ? -1 : DateTime.toEpochMillis(dueAt) - zero - now

describe("A registration", () => {
  it("that the carrier has is never on its way again, and keeps the carrier's id, whatever is heard", () => {
    fc.assert(fc.property(story, (steps) => {
      let now = 0
      let registration = taken
      for (const { afterMillis, word } of steps) {
        registration = heard(registration, word, times, at(now += afterMillis))
        assert.notStrictEqual(registration.state, "submitting")
        assert.strictEqual(registration.carrierId, "BN1")
        assert.strictEqual(registration.state, word.state)
      }
    }))
  })

  it("that hears the same word again has changed in nothing but when it is asked about", () => {
    fc.assert(fc.property(word, fc.nat(86_400_000), (word, later) => {
      const once = heard(taken, word, times, at(0))
      const again = heard(once, word, times, at(later))
      assert.deepStrictEqual({ ...again, dueAt: null, updatedAt: null }, { ...once, dueAt: null, updatedAt: null })
    }))
  })

  it("is asked about at most every 15 seconds and at least every half hour in review, and every six hours after", () => {
    fc.assert(fc.property(story, (steps) => {
      let now = 0
      let registration = taken
      for (const { afterMillis, word } of steps) {
        registration = heard(registration, word, times, at(now += afterMillis))
        const wait = millisUntil(registration, now)
        if (word.state === "in_review") assert.isTrue(wait >= 15_000 && wait <= 1_800_000, String(wait))
        else assert.strictEqual(wait, 6 * 3_600_000)
      }
    }))
  })

  it("keeps a score that the carrier does not repeat", () => {
    const scored = heard(taken, { state: "approved", trustScore: 60, trouble: null }, times, at(0))
    assert.strictEqual(heard(scored, { state: "suspended", trustScore: null, trouble: null }, times, at(1)).trustScore, 60)
  })

  it("that can't go on waits longer each time, up to five minutes", () => {
    let registration = filed
    let before = 0
    for (let i = 0; i < 20; i++) {
      registration = postpone(registration, { code: null, detail: "Busy." }, times, at(0))
      const wait = millisUntil(registration, 0)
      assert.isTrue(wait >= before && wait <= 300_000)
      before = wait
    }
    assert.strictEqual(before, 300_000)
  })

  it("lets a number text exactly when it is approved, has the number, and the carrier has refused none of its texts of late", () => {
    fc.assert(fc.property(state, fc.boolean(), fc.option(fc.integer({ min: -7_200_000, max: 0 })), (state, isAttached, refusedMillis) => {
      const registration = heard(taken, { state, trustScore: null, trouble: null }, times, at(0))
      const attached = { ...link, attachedAt: isAttached ? at(0) : null }
      const number = refusedMillis === null ? attached : refuse(attached, { registration: "unregistered", code: "30034" }, times, at(refusedMillis))
      const isRefused = refusedMillis !== null && refusedMillis > -3_600_000
      const may = state === "approved" && isAttached && !isRefused
      assert.strictEqual(registrationOf(registration, number, at(0)) === "approved", may)
      assert.strictEqual(waitingFor(registration, number, at(0)) === null, may)
    }))
  })

  it("leaves a number alone for an hour, two, four, and a day at most, each time that its texts are refused again", () => {
    let number = link
    let now = 0
    const hours: Array<number> = []
    for (let i = 0; i < 7; i++) {
      const refused = refuse(number, { registration: "pending", code: "30035" }, times, at(now))
      assert.strictEqual(refuse(refused, { registration: "suspended", code: "30033" }, times, at(now + 1)), refused)
      const until = refused.refusal?.until ?? at(now)
      hours.push(Duration.toHours(DateTime.distance(at(now), until)))
      now = DateTime.toEpochMillis(until) - zero
      number = refused
    }
    assert.deepStrictEqual(hours, [1, 2, 4, 8, 16, 24, 24])
  })
})

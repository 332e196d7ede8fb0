/** What every store of registrations does. */
import { assert, layer } from "@effect/vitest"
import { Effect, Option } from "effect"
import { heard, registers, submitted } from "@parley/core/CarrierRegistration"
import { defaultRegistrationTimes, refuse } from "@parley/core/CarrierRegistration"
import { Directory } from "@parley/core/ports/Directory"
import { RegistrationStore } from "@parley/core/ports/RegistrationStore"
import * as Samples from "./Samples.ts"
import type { StoreLayer } from "./Stores.ts"
import { everyPage } from "./Stores.ts"

/** A project that is in the store, with a number. */
const housed = Effect.gen(function*() {
  const directory = yield* Directory
  const project = Samples.project()
  const number = Samples.number(project)
  yield* directory.putProject(project)
  yield* directory.putNumber(number)
  return { project, number: number.number }
})

export const registrationStoreSuite = (name: string, stores: StoreLayer) =>
  layer(stores)(`RegistrationStore on ${name}`, (it) => {
    it.effect("a registration comes back whole, and as it was last written", () =>
      Effect.gen(function*() {
        const store = yield* RegistrationStore
        const project = Samples.project()
        const brand = Samples.registration(project)
        const campaign = Samples.registration(project, Samples.campaignFiling(brand.id, { optInKeywords: ["JOIN"], numbers: [Samples.agentNumber()], ageGated: false }))
        assert.isTrue(Option.isNone(yield* store.get(brand.id)))
        yield* store.insert(brand)
        yield* store.insert(campaign)
        assert.deepStrictEqual(yield* store.get(brand.id), Option.some(brand))
        assert.deepStrictEqual(yield* store.get(campaign.id), Option.some(campaign))
        const word = { state: "rejected", trustScore: 61, trouble: { code: "30795", detail: "Who?" } } as const
        const later = heard(submitted(brand, { carrierId: "BN1", poolId: null }, Samples.at(1)), word, defaultRegistrationTimes, Samples.at(2))
        yield* store.update(later)
        assert.deepStrictEqual(yield* store.get(brand.id), Option.some(later))
      }))

    it.effect("what is due comes in order of its time, and what nobody asks about never", () =>
      Effect.gen(function*() {
        const store = yield* RegistrationStore
        const project = Samples.project()
        const dueAt = (millis: number | null) => Samples.registration(project, Samples.brandFiling, { dueAt: millis === null ? null : Samples.at(millis - 1e9) })
        const all = [dueAt(3), dueAt(1), dueAt(9), dueAt(null), dueAt(2)]
        yield* Effect.forEach(all, store.insert, { discard: true })
        const due = (now: number, limit: number) => Effect.map(store.due(Samples.at(now - 1e9), limit), (ids) => ids.map((id) => all.findIndex((one) => one.id === id)))
        assert.deepStrictEqual(yield* due(3, 100), [1, 4, 0])
        assert.deepStrictEqual(yield* due(3, 2), [1, 4])
        assert.deepStrictEqual(yield* due(0, 100), [])
      }))

    it.effect("a list is one project's, newest first, in pages, by kind and state; a brand's campaigns are found", () =>
      Effect.gen(function*() {
        const store = yield* RegistrationStore
        const project = Samples.project()
        const brand = Samples.registration(project, Samples.brandFiling, { state: "approved" })
        const all = [brand, Samples.registration(project, Samples.campaignFiling(brand.id)), Samples.registration(project), Samples.registration(project, Samples.campaignFiling(brand.id))]
        yield* Effect.forEach([...all, Samples.registration(Samples.project())], store.insert, { discard: true })
        const list = (filter: object, limit = 50) =>
          Effect.map(everyPage((cursor) => store.list({ accountId: project.accountId, projectId: project.id, ...filter }, { limit, cursor })), (pages) =>
            pages.map((page) => page.map(({ id }) => all.findIndex((one) => one.id === id))))
        assert.deepStrictEqual(yield* list({}), [[3, 2, 1, 0]])
        assert.deepStrictEqual(yield* list({}, 3), [[3, 2, 1], [0]])
        assert.deepStrictEqual(yield* list({ kind: "brand" }), [[2, 0]])
        assert.deepStrictEqual(yield* list({ kind: "brand", state: "approved" }), [[0]])
        assert.deepStrictEqual((yield* store.campaignsOf(brand.id)).map(({ id }) => all.findIndex((one) => one.id === id)), [1, 3])
      }))

    it.effect("a number is under one registration, and under none once it has left the directory", () =>
      Effect.gen(function*() {
        const store = yield* RegistrationStore
        const { number, project } = yield* housed
        const [one, other] = [Samples.registration(project), Samples.registration(project)]
        yield* store.insert(one)
        yield* store.insert(other)
        const link = registers(number, one.id)
        yield* store.putNumber(link)
        assert.deepStrictEqual(yield* store.number(number), Option.some(link))
        assert.deepStrictEqual(yield* store.numbersOf(one.id), [link])
        const refused = refuse({ ...link, registrationId: other.id, attachedAt: Samples.at(1), trouble: { code: null, detail: "No." } }, { registration: "suspended", code: "30033" }, defaultRegistrationTimes, Samples.at(2))
        yield* store.putNumber(refused)
        assert.deepStrictEqual(yield* store.number(number), Option.some(refused))
        assert.deepStrictEqual(yield* store.numbersOf(one.id), [])
        const directory = yield* Directory
        yield* directory.putNumber({ ...Samples.number(project), number, registration: "pending" })
        assert.deepStrictEqual(yield* store.numbersOf(other.id), [refused])
        yield* directory.removeNumber(number)
        assert.isTrue(Option.isNone(yield* store.number(number)))
      }))
  })

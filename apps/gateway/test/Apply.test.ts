import { Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import { assert, describe } from "vitest"
import * as Samples from "@parley/conformance/Samples"
import { AccountId, ProjectId } from "@parley/schema/Ids"
import { Ids } from "@parley/core/Ids"
import { AuditStore } from "@parley/core/ports/AuditStore"
import { Directory } from "@parley/core/ports/Directory"
import { RegistrationStore } from "@parley/core/ports/RegistrationStore"
import * as SqliteStore from "@parley/storage/SqliteStore"
import * as Apply from "../src/Apply.ts"
import * as ApiKeys from "../src/ApiKeys.ts"
import { decode } from "../src/ProjectFile.ts"
import { effect } from "./harness/EffectTest.ts"

const secrets: Readonly<Record<string, string>> = { KEY: "pk_one-key-of-the-test", OTHER_KEY: "pk_other-key-of-the-test" }
const lookup: Apply.Lookup = (name) => Option.fromNullishOr(secrets[name])

const smallest = { account: "ws", project: "p", agent: { type: "scripted" } }
const us = { number: "+14155550001", environment: "live" }
const gb = { number: "+447700900001", environment: "live" }
const full = {
  ...smallest,
  connectors: [{ id: "conn_live", environment: "live" }],
  numbers: [us, gb],
  api_keys: [{ name: "ci", secret_env: "KEY" }]
}

const plan = (file: object) => Effect.flatMap(decode(file), (decoded) => Apply.plan(decoded, lookup))
const abouts = (file: object) => Effect.map(plan(file), (changes) => changes.map(({ about, kind }) => `${kind} ${about}`))
const apply = (file: object) => Effect.flatMap(plan(file), Apply.apply)
const problems = (file: object) =>
  Effect.map(Effect.flip(plan(file)), (failure) => failure._tag === "CannotApply" ? failure.problems : assert.fail(failure.message))

const onStore = <A, E>(name: string, test: () => Effect.Effect<A, E, SqliteStore.SqliteStore | Ids>) =>
  effect(name, () => Effect.scoped(Effect.provide(test(), [SqliteStore.layerSingleCommit({ filename: ":memory:" }), Ids.layer])))

describe("Apply.plan", () => {
  onStore("names what a new project adds, with numbers masked", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* abouts(full), [
        "add project p",
        "add connector conn_live (live)",
        "add number +14*******01 (live, long_code, US)",
        "add number +44********01 (live, long_code, GB)",
        `add API key "ci" (pk_on…)`
      ])
    }))

  onStore("finds nothing to do after it was applied, however much later", () =>
    Effect.gen(function*() {
      yield* apply(full)
      yield* TestClock.adjust("3 days")
      assert.deepStrictEqual(yield* abouts(full), [])
    }))

  onStore("changes nothing by itself", () =>
    Effect.gen(function*() {
      const directory = yield* Directory
      yield* plan(full)
      assert.deepStrictEqual(yield* directory.projects(null), [])
      assert.deepStrictEqual(yield* directory.keys(null), [])
    }))

  onStore("says what changes, from what to what", () =>
    Effect.gen(function*() {
      yield* apply(full)
      assert.deepStrictEqual(
        yield* abouts({
          ...full,
          agent: { type: "webhook", url: "https://agent.example" },
          limits: { outbound_per_minute: 50 },
          session: { idle_after: "12 hours" },
          connectors: [{ id: "conn_live", environment: "sandbox" }],
          numbers: [{ ...us, registration: "approved" }],
          api_keys: [{ name: "deploy", secret_env: "KEY", scopes: ["send"], expires_at: "2027-06-30T00:00:00Z" }]
        }),
        [
          `change project p: agent: type "scripted" → "webhook", url nothing → "https://agent.example"; limits: outbound_per_minute 100 → 50; session: idle_after 1d → 12h`,
          "change connector conn_live: live → sandbox",
          `change number +14*******01: registration "unregistered" → "approved", segmentsPerSecond 1 → 225`,
          "remove number +44********01",
          `change API key "deploy": name "ci" → "deploy", scopes ["send","read","operate"] → ["send"], expires_at nothing → "2027-06-30T00:00:00.000Z"`
        ]
      )
    }))

  onStore("leaves a key alone that the file no longer names: revoking is a deed of its own", () =>
    Effect.gen(function*() {
      yield* apply(full)
      assert.deepStrictEqual(yield* abouts({ ...full, api_keys: [] }), [])
    }))

  onStore("assumes registration and pace by the number's country and type", () =>
    Effect.gen(function*() {
      const directory = yield* Directory
      yield* apply({ ...full, numbers: [us, gb, { number: "+18005550001", environment: "live", type: "toll_free" }] })
      const numbers = yield* directory.numbersOfProject(ProjectId.make("p"))
      assert.deepStrictEqual(numbers.map(({ country, registration, segmentsPerSecond }) => [country, registration, segmentsPerSecond]), [
        ["US", "unregistered", 1],
        ["US", "unregistered", 3],
        ["GB", "not_required", 10]
      ])
    }))
})

describe("Apply.plan of a number under a campaign", () => {
  const project = { ...Samples.project(), id: ProjectId.make("p"), accountId: AccountId.make("ws") }
  const brand = Samples.registration(project, Samples.brandFiling, { state: "approved", trustScore: 60 })
  const campaign = Samples.registration(project, Samples.campaignFiling(brand.id), { state: "approved", carrierId: "QE1" })
  const filed = Effect.gen(function*() {
    const store = yield* RegistrationStore
    yield* store.insert(brand)
    yield* store.insert(campaign)
  })
  const under = { ...us, campaign: campaign.id }

  onStore("puts it there once, and leaves its registration and pace to the campaign from then on", () =>
    Effect.gen(function*() {
      const directory = yield* Directory
      yield* filed
      yield* apply(full)
      assert.deepStrictEqual(yield* abouts({ ...full, numbers: [under, gb] }), [`change number +14*******01: campaign nothing → ${campaign.id}`])
      yield* apply({ ...full, numbers: [under, gb] })
      const [before] = (yield* directory.numbersOfProject(project.id)).filter(({ country }) => country === "US")
      if (before === undefined) return assert.fail("no number")
      assert.strictEqual(before.registration, "pending")
      yield* directory.putNumber({ ...before, registration: "approved", segmentsPerSecond: 120 })
      assert.deepStrictEqual(yield* abouts({ ...full, numbers: [under, gb] }), [])
      assert.deepStrictEqual(yield* abouts(full), [])
    }))

  onStore("says what is wrong with it", () =>
    Effect.gen(function*() {
      yield* filed
      const wrong = { ...full, numbers: [{ ...us, campaign: brand.id }, { ...us, number: "+14155550002", campaign: campaign.id, registration: "approved" }, { ...gb, campaign: campaign.id }] }
      assert.deepStrictEqual((yield* problems(wrong)).map((sentence) => sentence.split(". ")[0]), [
        `+14155550001 names the campaign ${brand.id}, which is none of this project`,
        `+14155550002 has a "campaign" and a "registration"`,
        "+447700900001 is no US or Canadian long code, and campaigns are for those alone."
      ])
    }))
})

describe("Apply.apply", () => {
  onStore("tells the audit log of each change, and of nothing when there is none", () =>
    Effect.gen(function*() {
      yield* apply(full)
      yield* apply(full)
      yield* apply({ ...full, connectors: [], numbers: [{ ...us, registration: "approved" }], api_keys: [{ name: "ci", secret_env: "KEY", scopes: ["read"] }], limits: { outbound_per_minute: 5 } })
      const { items } = yield* (yield* AuditStore).list({ accountId: AccountId.make("ws") }, { limit: 100, cursor: null })
      const key = ApiKeys.record(secrets["KEY"] ?? "", { accountId: AccountId.make("ws"), name: "ci", scopes: [], expiresAt: null }, items[0]?.at ?? assert.fail("nothing was told")).id
      assert.deepStrictEqual(items.toReversed().map(({ action, actor, projectId, subject }) => [actor, action, projectId, subject]), [
        ["cli", "project.created", "p", "p"],
        ["cli", "connector.created", "p", "conn_live"],
        ["cli", "number.added", "p", "+14*******01"],
        ["cli", "number.added", "p", "+44********01"],
        ["cli", "key.created", null, key],
        ["cli", "project.changed", "p", "p"],
        ["cli", "connector.removed", "p", "conn_live"],
        ["cli", "number.changed", "p", "+14*******01"],
        ["cli", "number.removed", "p", "+44********01"],
        ["cli", "key.changed", null, key]
      ])
      assert.include(items[4]?.detail, "limits: outbound_per_minute 100 → 5")
    }))

  onStore("brings the project to what the file says, and takes away what it no longer has", () =>
    Effect.gen(function*() {
      const directory = yield* Directory
      const id = ProjectId.make("p")
      yield* apply(full)
      yield* apply({ ...full, connectors: [{ id: "conn_two", environment: "live" }], numbers: [gb] })
      assert.deepStrictEqual((yield* directory.connectors(id)).map((connector) => connector.id as string), ["conn_two"])
      assert.deepStrictEqual((yield* directory.numbersOfProject(id)).map(({ number }) => number as string), [gb.number])
    }))

  onStore("keeps when a key was made, and that it was revoked", () =>
    Effect.gen(function*() {
      const directory = yield* Directory
      yield* apply(full)
      const [before] = yield* directory.keys(null)
      if (before === undefined) return assert.fail("no key")
      yield* TestClock.adjust("1 day")
      yield* directory.revokeKey(before.id, before.createdAt)
      yield* apply({ ...full, api_keys: [{ name: "renamed", secret_env: "KEY" }] })
      assert.deepStrictEqual(yield* directory.keys(null), [{ ...before, name: "renamed", revokedAt: before.createdAt }])
    }))

  onStore("finds a key by its secret", () =>
    Effect.gen(function*() {
      const directory = yield* Directory
      yield* apply(full)
      assert.isTrue(Option.isSome(yield* directory.keyByHash(ApiKeys.hash("pk_one-key-of-the-test"))))
    }))
})

describe("CannotApply", () => {
  const other = { ...full, account: "ws-other", project: "q", connectors: [], numbers: [], api_keys: [] }
  const rows: ReadonlyArray<readonly [name: string, file: object, problem: RegExp]> = [
    ["a project of another account", { ...full, account: "ws-other", api_keys: [] }, /^Project p belongs to account ws, not to ws-other\./u],
    ["a connector of another project", { ...other, connectors: full.connectors }, /^Connector conn_live belongs to another project\./u],
    ["a number of another project", { ...other, numbers: [us] }, /^\+14155550001 belongs to another project\./u],
    ["a number that stands twice", { ...full, numbers: [us, gb, us] }, /^\+14155550001 stands twice in the file\./u],
    ["a number of no known country", { ...full, numbers: [us, gb, { number: "+99912345678", environment: "live" }] }, /^The country of \+99912345678 can't be read off it\./u],
    ["a key without its variable", { ...full, api_keys: [{ name: "ci", secret_env: "NOPE" }] }, /^API key "ci" names the environment variable NOPE, which is not set\./u],
    ["a key of another account", { ...other, api_keys: full.api_keys }, /^API key "ci" is in use by another account\./u]
  ]
  for (const [name, file, problem] of rows) {
    onStore(`refuses ${name}`, () =>
      Effect.gen(function*() {
        yield* apply(full)
        const found = yield* problems(file)
        assert.strictEqual(found.length, 1)
        assert.match(found[0] ?? "", problem)
        assert.notInclude(found.join(), "key-of-the-test")
      }))
  }

  onStore("tells everything at once, and says that nothing was changed", () =>
    Effect.gen(function*() {
      const failure = yield* Effect.flip(plan({ ...full, numbers: [us, us], api_keys: [{ name: "a", secret_env: "NO" }, { name: "b", secret_env: "NONE" }] }))
      assert.strictEqual(failure.message.split("\n").length, 4)
      assert.include(failure.message, "nothing was changed")
    }))
})

/** What every directory does. */
import { assert, layer } from "@effect/vitest"
import { Effect, Option } from "effect"
import { ConnectorId } from "@parley/schema/Ids"
import { Directory } from "@parley/core/ports/Directory"
import * as Samples from "./Samples.ts"
import type { StoreLayer } from "./Stores.ts"

export const directorySuite = (name: string, stores: StoreLayer) =>
  layer(stores)(`Directory on ${name}`, (it) => {
    it.effect("a project comes back with its whole configuration, and is replaced by a later one", () =>
      Effect.gen(function*() {
        const directory = yield* Directory
        const config = Samples.config({
          agent: { type: "webhook", url: "http://127.0.0.1:9000/agent", secret_env: "SECRET" },
          carrier: { account_sid: "AC1", auth_token_env: "TOKEN" },
          limits: { outbound_per_minute: 7 },
          session: { idle_after: "2 hours", warning_text: "Da?", opening: "answer" },
          registration: "warn"
        })
        const project = Samples.project({ config })
        yield* directory.putProject(project)
        assert.deepStrictEqual(yield* directory.project(project.id), Option.some(project))
        const changed = { ...project, config: Samples.config({ limits: { outbound_per_minute: 8 }, agent: { type: "openai", model: "m", api_key_env: "KEY", instructions: "Be \"kind\".", parameters: { stop: ["\n", null], seed: 0 } } }) }
        yield* directory.putProject(changed)
        assert.deepStrictEqual(yield* directory.project(project.id), Option.some(changed))
        assert.isTrue(Option.isNone(yield* directory.project(Samples.projectId())))
      }))

    it.effect("projects are listed by account, or all", () =>
      Effect.gen(function*() {
        const directory = yield* Directory
        const project = Samples.project()
        const sibling = Samples.project({ accountId: project.accountId })
        const other = Samples.project()
        yield* Effect.forEach([sibling, project, other], directory.putProject, { discard: true })
        assert.deepStrictEqual((yield* directory.projects(project.accountId)).map(({ id }) => id), [project.id, sibling.id])
        const all = (yield* directory.projects(null)).map(({ id }) => id)
        assert.includeMembers(all, [project.id, sibling.id, other.id])
      }))

    it.effect("a connector stands for its project and environment until it is removed", () =>
      Effect.gen(function*() {
        const directory = yield* Directory
        const project = Samples.project()
        yield* directory.putProject(project)
        const connector = Samples.connector(project)
        yield* directory.putConnector(connector)
        assert.deepStrictEqual(yield* directory.connector(connector.id), Option.some(connector))
        yield* directory.putConnector({ ...connector, environment: "sandbox" })
        assert.deepStrictEqual(yield* directory.connectors(project.id), [{ ...connector, environment: "sandbox" }])
        yield* directory.removeConnector(connector.id)
        assert.isTrue(Option.isNone(yield* directory.connector(connector.id)))
        assert.isTrue(Option.isNone(yield* directory.connector(ConnectorId.make("nobody's"))))
      }))

    it.effect("numbers are found one by one and by environment, in order", () =>
      Effect.gen(function*() {
        const directory = yield* Directory
        const project = Samples.project()
        yield* directory.putProject(project)
        const [first, second, sandbox] = [
          Samples.number(project, { segmentsPerSecond: 3.75 }),
          Samples.number(project, { type: "toll_free", registration: "pending" }),
          Samples.number(project, { environment: "sandbox" })
        ]
        yield* Effect.forEach([sandbox, second, first], directory.putNumber, { discard: true })
        assert.deepStrictEqual(yield* directory.numbers(project.id, "live"), [first, second])
        assert.deepStrictEqual(yield* directory.numbersOfProject(project.id), [first, second, sandbox])
        assert.deepStrictEqual(yield* directory.number(first.number), Option.some(first))
        yield* directory.putNumber({ ...first, segmentsPerSecond: 1 })
        assert.deepStrictEqual(yield* directory.number(first.number), Option.some({ ...first, segmentsPerSecond: 1 }))
        for (const mms of [true, false]) {
          yield* directory.putNumber({ ...first, mms })
          assert.deepStrictEqual(yield* directory.number(first.number), Option.some({ ...first, mms }))
        }
        const retiring = { ...second, retiring: true as const }
        yield* directory.putNumber(retiring)
        assert.deepStrictEqual(yield* directory.number(second.number), Option.some(retiring))
        yield* directory.putNumber(second)
        assert.deepStrictEqual(yield* directory.number(second.number), Option.some(second))
        yield* directory.removeNumber(second.number)
        assert.isTrue(Option.isNone(yield* directory.number(second.number)))
        assert.deepStrictEqual(yield* directory.numbers(Samples.projectId(), "live"), [])
      }))

    it.effect("a number that another project is given leaves the first: it has one line", () =>
      Effect.gen(function*() {
        const directory = yield* Directory
        const [one, other] = [Samples.project(), Samples.project()]
        yield* directory.putProject(one)
        yield* directory.putProject(other)
        const number = Samples.number(one)
        yield* directory.putNumber(number)
        yield* directory.putNumber({ ...number, projectId: other.id })
        assert.deepStrictEqual(yield* directory.numbers(one.id, "live"), [])
        assert.deepStrictEqual(yield* directory.numbers(other.id, "live"), [{ ...number, projectId: other.id }])
      }))

    it.effect("a key is found by its hash, also when it has expired or was revoked", () =>
      Effect.gen(function*() {
        const directory = yield* Directory
        const key = Samples.apiKey({ expiresAt: Samples.at(5), scopes: ["send", "read", "operate"] })
        yield* directory.putKey(key)
        assert.deepStrictEqual(yield* directory.keyByHash(key.hash), Option.some(key))
        yield* directory.revokeKey(key.id, Samples.at(7))
        assert.deepStrictEqual(yield* directory.keyByHash(key.hash), Option.some({ ...key, revokedAt: Samples.at(7) }))
        yield* directory.revokeKey(key.id, Samples.at(9))
        assert.deepStrictEqual(yield* directory.keyByHash(key.hash), Option.some({ ...key, revokedAt: Samples.at(7) }))
        assert.isTrue(Option.isNone(yield* directory.keyByHash("0")))
      }))

    it.effect("keys are listed by account, or all", () =>
      Effect.gen(function*() {
        const directory = yield* Directory
        const key = Samples.apiKey()
        const other = Samples.apiKey()
        yield* directory.putKey(key)
        yield* directory.putKey(other)
        assert.deepStrictEqual(yield* directory.keys(key.accountId), [key])
        assert.includeMembers((yield* directory.keys(null)).map(({ id }) => id), [key.id, other.id])
      }))
  })

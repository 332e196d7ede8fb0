/** Accounts' keys, projects, connectors and numbers on SQL. */
import { Effect, Layer, Option, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { Directory } from "@parley/core/ports/Directory"
import type { AgentNumber, ApiKey, Connector, Project } from "@parley/core/Project"
import { ProjectConfig, Scope } from "@parley/core/Project"
import type { SqlNumber } from "./Rows.ts"
import { named, toMillis, toTime, toTimeOrNull } from "./Rows.ts"

interface ProjectRow {
  readonly id: Project["id"]
  readonly account_id: Project["accountId"]
  readonly config: string
}

interface ConnectorRow {
  readonly id: Connector["id"]
  readonly project_id: Connector["projectId"]
  readonly account_id: Connector["accountId"]
  readonly environment: Connector["environment"]
}

interface NumberRow {
  readonly number: AgentNumber["number"]
  readonly project_id: AgentNumber["projectId"]
  readonly environment: AgentNumber["environment"]
  readonly type: AgentNumber["type"]
  readonly country: AgentNumber["country"]
  readonly registration: AgentNumber["registration"]
  readonly segments_per_second: number
  readonly mms: SqlNumber | null
  readonly retiring: SqlNumber
}

interface KeyRow {
  readonly id: ApiKey["id"]
  readonly account_id: ApiKey["accountId"]
  readonly name: string
  readonly hash: string
  readonly hint: string
  readonly scopes: string
  readonly created_at: SqlNumber
  readonly expires_at: SqlNumber | null
  readonly revoked_at: SqlNumber | null
}

const configCodec = Schema.fromJsonString(Schema.toCodecJson(ProjectConfig))
const encodeConfig = Schema.encodeSync(configCodec)
const decodeConfig = Schema.decodeSync(configCodec)
const scopesCodec = Schema.fromJsonString(Schema.Array(Scope))
const encodeScopes = Schema.encodeSync(scopesCodec)
const decodeScopes = Schema.decodeSync(scopesCodec)

// A configuration is read with every send and changes about never: its text is decoded once.
const decodedConfigs = 1_000
const rememberConfigs = () => {
  const known = new Map<string, ProjectConfig>()
  return (text: string): ProjectConfig => {
    const before = known.get(text)
    if (before !== undefined) return before
    if (known.size >= decodedConfigs) known.clear()
    const config = decodeConfig(text)
    known.set(text, config)
    return config
  }
}

const toConnector = (row: ConnectorRow): Connector => ({
  id: row.id,
  projectId: row.project_id,
  accountId: row.account_id,
  environment: row.environment
})

const toNumber = (row: NumberRow): AgentNumber => ({
  number: row.number,
  projectId: row.project_id,
  environment: row.environment,
  type: row.type,
  country: row.country,
  registration: row.registration,
  segmentsPerSecond: row.segments_per_second,
  ...(row.mms === null ? {} : { mms: Number(row.mms) === 1 }),
  ...(Number(row.retiring) === 1 ? { retiring: true as const } : {})
})

const toKey = (row: KeyRow): ApiKey => ({
  id: row.id,
  accountId: row.account_id,
  name: row.name,
  hash: row.hash,
  hint: row.hint,
  scopes: decodeScopes(row.scopes),
  createdAt: toTime(row.created_at),
  expiresAt: toTimeOrNull(row.expires_at),
  revokedAt: toTimeOrNull(row.revoked_at)
})

const first = <Row, A>(toValue: (row: Row) => A) => (rows: ReadonlyArray<Row>): Option.Option<A> =>
  Option.map(Option.fromNullishOr(rows[0]), toValue)

export const layer: Layer.Layer<Directory, never, SqlClient.SqlClient> = Layer.effect(
  Directory,
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const configOf = rememberConfigs()
    const toProject = (row: ProjectRow): Project => ({ id: row.id, accountId: row.account_id, config: configOf(row.config) })

    return Directory.of({
      keyByHash: (hash) =>
        sql<KeyRow>`SELECT * FROM api_keys WHERE hash = ${hash}`.pipe(Effect.map(first(toKey)), named("directory.keyByHash")),
      connector: (id) =>
        sql<ConnectorRow>`SELECT * FROM connectors WHERE id = ${id}`.pipe(Effect.map(first(toConnector)), named("directory.connector")),
      project: (id) =>
        sql<ProjectRow>`SELECT * FROM projects WHERE id = ${id}`.pipe(Effect.map(first(toProject)), named("directory.project")),
      number: (number) =>
        sql<NumberRow>`SELECT * FROM numbers WHERE number = ${number}`.pipe(Effect.map(first(toNumber)), named("directory.number")),
      numbers: (projectId, environment) =>
        sql<NumberRow>`SELECT * FROM numbers WHERE project_id = ${projectId} AND environment = ${environment} ORDER BY number`.pipe(
          Effect.map((rows) => rows.map(toNumber)),
          named("directory.numbers")
        ),

      projects: (accountId) =>
        (accountId === null
          ? sql<ProjectRow>`SELECT * FROM projects ORDER BY id`
          : sql<ProjectRow>`SELECT * FROM projects WHERE account_id = ${accountId} ORDER BY id`).pipe(
            Effect.map((rows) => rows.map(toProject)),
            named("directory.projects")
          ),
      connectors: (projectId) =>
        sql<ConnectorRow>`SELECT * FROM connectors WHERE project_id = ${projectId} ORDER BY id`.pipe(
          Effect.map((rows) => rows.map(toConnector)),
          named("directory.connectors")
        ),
      numbersOfProject: (projectId) =>
        sql<NumberRow>`SELECT * FROM numbers WHERE project_id = ${projectId} ORDER BY number`.pipe(
          Effect.map((rows) => rows.map(toNumber)),
          named("directory.numbersOfProject")
        ),
      keys: (accountId) =>
        (accountId === null
          ? sql<KeyRow>`SELECT * FROM api_keys ORDER BY account_id, id`
          : sql<KeyRow>`SELECT * FROM api_keys WHERE account_id = ${accountId} ORDER BY id`).pipe(
            Effect.map((rows) => rows.map(toKey)),
            named("directory.keys")
          ),

      putProject: (project) =>
        sql`INSERT INTO projects (id, account_id, config) VALUES (${project.id}, ${project.accountId}, ${encodeConfig(project.config)})
          ON CONFLICT (id) DO UPDATE SET account_id = excluded.account_id, config = excluded.config`.pipe(
          Effect.asVoid,
          named("directory.putProject")
        ),
      putConnector: (connector) =>
        sql`INSERT INTO connectors (id, project_id, account_id, environment)
          VALUES (${connector.id}, ${connector.projectId}, ${connector.accountId}, ${connector.environment})
          ON CONFLICT (id) DO UPDATE SET project_id = excluded.project_id, account_id = excluded.account_id,
            environment = excluded.environment`.pipe(Effect.asVoid, named("directory.putConnector")),
      removeConnector: (id) => sql`DELETE FROM connectors WHERE id = ${id}`.pipe(Effect.asVoid, named("directory.removeConnector")),
      putNumber: (n) =>
        sql`INSERT INTO numbers (number, project_id, environment, type, country, registration, segments_per_second, mms, retiring)
          VALUES (${n.number}, ${n.projectId}, ${n.environment}, ${n.type}, ${n.country}, ${n.registration}, ${n.segmentsPerSecond},
            ${n.mms === undefined ? null : n.mms ? 1 : 0}, ${n.retiring === true ? 1 : 0})
          ON CONFLICT (number) DO UPDATE SET project_id = excluded.project_id, environment = excluded.environment,
            type = excluded.type, country = excluded.country, registration = excluded.registration,
            segments_per_second = excluded.segments_per_second, mms = excluded.mms, retiring = excluded.retiring`.pipe(Effect.asVoid, named("directory.putNumber")),
      removeNumber: (number) => sql`DELETE FROM numbers WHERE number = ${number}`.pipe(Effect.asVoid, named("directory.removeNumber")),
      putKey: (key) =>
        sql`INSERT INTO api_keys (id, account_id, name, hash, hint, scopes, created_at, expires_at, revoked_at)
          VALUES (${key.id}, ${key.accountId}, ${key.name}, ${key.hash}, ${key.hint}, ${encodeScopes(key.scopes)},
            ${toMillis(key.createdAt)}, ${toMillis(key.expiresAt)}, ${toMillis(key.revokedAt)})
          ON CONFLICT (id) DO UPDATE SET account_id = excluded.account_id, name = excluded.name, hash = excluded.hash,
            hint = excluded.hint, scopes = excluded.scopes, expires_at = excluded.expires_at, revoked_at = excluded.revoked_at`.pipe(
          Effect.asVoid,
          named("directory.putKey")
        ),
      revokeKey: (id, at) =>
        sql`UPDATE api_keys SET revoked_at = ${toMillis(at)} WHERE id = ${id} AND revoked_at IS NULL`.pipe(
          Effect.asVoid,
          named("directory.revokeKey")
        )
    })
  })
)

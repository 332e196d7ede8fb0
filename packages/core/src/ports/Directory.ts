/** The port of what is configured: accounts' keys, projects, connectors and numbers. */
import { Context, type DateTime, type Effect, type Option } from "effect"
import type { Environment } from "@parley/schema/Environment"
import type { AccountId, ApiKeyId, ConnectorId, ProjectId } from "@parley/schema/Ids"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { AgentNumber, ApiKey, Connector, Project } from "../Project.ts"
import type { StoreFailure } from "./Store.ts"

export class Directory extends Context.Service<Directory, {
  keyByHash(hash: string): Effect.Effect<Option.Option<ApiKey>, StoreFailure>
  connector(id: ConnectorId): Effect.Effect<Option.Option<Connector>, StoreFailure>
  project(id: ProjectId): Effect.Effect<Option.Option<Project>, StoreFailure>
  number(number: PhoneNumber): Effect.Effect<Option.Option<AgentNumber>, StoreFailure>
  /** The numbers of one environment, in order of number. */
  numbers(projectId: ProjectId, environment: Environment): Effect.Effect<ReadonlyArray<AgentNumber>, StoreFailure>

  projects(accountId: AccountId | null): Effect.Effect<ReadonlyArray<Project>, StoreFailure>
  connectors(projectId: ProjectId): Effect.Effect<ReadonlyArray<Connector>, StoreFailure>
  /** Every number of a project, whatever its environment. */
  numbersOfProject(projectId: ProjectId): Effect.Effect<ReadonlyArray<AgentNumber>, StoreFailure>
  keys(accountId: AccountId | null): Effect.Effect<ReadonlyArray<ApiKey>, StoreFailure>

  /** Inserts, or replaces what has the same id. */
  putProject(project: Project): Effect.Effect<void, StoreFailure>
  putConnector(connector: Connector): Effect.Effect<void, StoreFailure>
  removeConnector(id: ConnectorId): Effect.Effect<void, StoreFailure>
  putNumber(number: AgentNumber): Effect.Effect<void, StoreFailure>
  removeNumber(number: PhoneNumber): Effect.Effect<void, StoreFailure>
  putKey(key: ApiKey): Effect.Effect<void, StoreFailure>
  revokeKey(id: ApiKeyId, at: DateTime.Utc): Effect.Effect<void, StoreFailure>
}>()("@parley/core/Directory") {}

/** The port of how far the posts of events have come. */
import { Context, type DateTime, type Effect, type Option } from "effect"
import type { ProjectId } from "@parley/schema/Ids"
import type { WebhookProgress } from "../EventWebhook.ts"
import type { StoreFailure } from "./Store.ts"

export class EventWebhookStore extends Context.Service<EventWebhookStore, {
  /** `conflict` when the project has one of this name. */
  insert(progress: WebhookProgress): Effect.Effect<void, StoreFailure>
  /** Writes unless another has been there since: false when `before` is not how it stands. */
  replace(before: WebhookProgress, after: WebhookProgress): Effect.Effect<boolean, StoreFailure>
  remove(projectId: ProjectId, name: string): Effect.Effect<void, StoreFailure>
  get(projectId: ProjectId, name: string): Effect.Effect<Option.Option<WebhookProgress>, StoreFailure>
  /** Those of a project, by name. */
  list(projectId: ProjectId): Effect.Effect<ReadonlyArray<WebhookProgress>, StoreFailure>
  /** At most `limit` whose time has come and whose project has an event after theirs, the longest due first. */
  due(now: DateTime.Utc, limit: number): Effect.Effect<ReadonlyArray<WebhookProgress>, StoreFailure>
}>()("@parley/core/EventWebhookStore") {}

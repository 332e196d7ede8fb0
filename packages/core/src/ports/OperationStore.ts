/** The port of operations on numbers. A number has at most one that is under way. */
import { Context, type DateTime, type Effect, type Option } from "effect"
import type { OperationId } from "@parley/schema/Ids"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { NumberOperation } from "../NumberOperation.ts"
import type { StoreFailure } from "./Store.ts"

export class OperationStore extends Context.Service<OperationStore, {
  /** `conflict` when the number has one under way already. */
  insert(operation: NumberOperation): Effect.Effect<void, StoreFailure>
  /** `conflict` as with `insert`: a purchase may go on to another number. */
  update(operation: NumberOperation): Effect.Effect<void, StoreFailure>
  get(id: OperationId): Effect.Effect<Option.Option<NumberOperation>, StoreFailure>
  /** The newest operation of a number. */
  latest(number: PhoneNumber): Effect.Effect<Option.Option<NumberOperation>, StoreFailure>
  /** Operations under way whose time has come, the longest due first. */
  due(now: DateTime.Utc, limit: number): Effect.Effect<ReadonlyArray<OperationId>, StoreFailure>
}>()("@parley/core/OperationStore") {}

/** The port of registrations with carriers, and of the numbers that text under them. */
import { Context, type DateTime, type Effect, type Option } from "effect"
import type { RegistrationKind, RegistrationState } from "@parley/schema/CarrierRegistration"
import type { AccountId, ProjectId, RegistrationId } from "@parley/schema/Ids"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { CarrierRegistration, RegisteredNumber } from "../CarrierRegistration.ts"
import type { Page, StoreFailure } from "./Store.ts"

export interface RegistrationFilter {
  readonly accountId: AccountId
  readonly projectId: ProjectId
  readonly kind?: RegistrationKind | undefined
  readonly state?: RegistrationState | undefined
}

export class RegistrationStore extends Context.Service<RegistrationStore, {
  insert(registration: CarrierRegistration): Effect.Effect<void, StoreFailure>
  update(registration: CarrierRegistration): Effect.Effect<void, StoreFailure>
  get(id: RegistrationId): Effect.Effect<Option.Option<CarrierRegistration>, StoreFailure>
  list(filter: RegistrationFilter, page: { readonly limit: number; readonly cursor: string | null }): Effect.Effect<Page<CarrierRegistration>, StoreFailure>
  /** The campaigns of a brand, the oldest first. */
  campaignsOf(brand: RegistrationId): Effect.Effect<ReadonlyArray<CarrierRegistration>, StoreFailure>
  /** Registrations about which the carrier is to be asked now, the longest overdue first. */
  due(now: DateTime.Utc, limit: number): Effect.Effect<ReadonlyArray<RegistrationId>, StoreFailure>

  /** Inserts, or replaces what the number had. The number has to be in the directory, and takes this with it when it leaves. */
  putNumber(number: RegisteredNumber): Effect.Effect<void, StoreFailure>
  number(number: PhoneNumber): Effect.Effect<Option.Option<RegisteredNumber>, StoreFailure>
  /** The numbers of a registration, in order of number. */
  numbersOf(id: RegistrationId): Effect.Effect<ReadonlyArray<RegisteredNumber>, StoreFailure>
}>()("@parley/core/RegistrationStore") {}

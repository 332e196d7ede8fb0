/** A market that does what a test tells it, and remembers what it sold. Its numbers are the account's own. */
import { Context, Effect, Layer, Option } from "effect"
import type { Country } from "@parley/schema/Country"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { Destination, NumberOffer, OwnedNumber } from "@parley/core/ports/NumberMarket"
import { MarketFailure, NumberMarket } from "@parley/core/ports/NumberMarket"
import { type Fault as CarrierFault, faulty } from "./CarrierFaults.ts"

/** `gone`: the number was sold to somebody else. */
export type Fault = CarrierFault | "gone"

export type Kind = "search" | "buy" | "find" | "configure" | "prepare" | "join" | "leave" | "release"

export class FakeMarket extends Context.Service<FakeMarket, {
  /** Every call, in order: `buy +14155550100`. */
  readonly calls: Array<string>
  readonly owned: Map<string, OwnedNumber>
  /** Where the texts of a number are brought, by the carrier's id. */
  readonly configured: Map<string, Destination>
  /** The pools, with their numbers by the carrier's ids. One that is not here is rejected. */
  readonly pools: Map<string, Set<string>>
  /** How many purchases came true. */
  purchases: number
  releases: number
  forSale: ReadonlyArray<PhoneNumber>
  /** What becomes of the next calls of a kind, in order; then all is well. */
  readonly faults: Map<Kind, Array<Fault>>
  address: string | null
}>()("@parley/storage/test/FakeMarket") {}

export const shelf = ["+14155550100", "+14155550101", "+14155550102"].map((number) => PhoneNumber.make(number))

const failure = (reason: MarketFailure["reason"]) => new MarketFailure({ reason, code: reason === "rejected" ? "21502" : null, detail: `The market says ${reason}.` })

const offer = (number: PhoneNumber): NumberOffer => ({
  number,
  country: "US" as Country,
  type: "local",
  locality: null,
  region: null,
  needsAddress: false,
  monthlyPrice: null
})

export const layer: Layer.Layer<FakeMarket | NumberMarket> = Layer.effectContext(Effect.sync(() => {
  const fake = FakeMarket.of({
    calls: [],
    owned: new Map(),
    configured: new Map(),
    pools: new Map(),
    purchases: 0,
    releases: 0,
    forSale: shelf,
    faults: new Map(),
    address: "https://sms.example.com/sms"
  })
  const call = faulty(fake, failure, { gone: failure("not_for_sale") })
  const market = NumberMarket.of({
    inboundAddress: () => fake.address,
    search: (_, { contains }, limit) =>
      call("search", "", Effect.sync(() => fake.forSale.filter((number) => !fake.owned.has(number) && number.includes(contains ?? "")).slice(0, limit).map(offer))),
    buy: (_, number, mark) =>
      call("buy", number, Effect.suspend(() => {
        if (fake.owned.has(number) || !fake.forSale.includes(number)) return Effect.fail(failure("not_for_sale"))
        const owned: OwnedNumber = { carrierId: `PN${++fake.purchases}`, number, type: "long_code", mms: null, mark }
        fake.owned.set(number, owned)
        return Effect.succeed(owned)
      })),
    find: (_, number) => call("find", number, Effect.sync(() => Option.fromNullishOr(fake.owned.get(number)))),
    configure: (carrierId, { environment, projectId }) => call("configure", carrierId, Effect.sync(() => void fake.configured.set(carrierId, { environment, projectId }))),
    preparePool: (_, pool) => call("prepare", pool, fake.pools.has(pool) ? Effect.void : Effect.fail(failure("rejected"))),
    joinPool: (_, carrierId, pool) => call("join", `${carrierId} ${pool}`, Effect.sync(() => void fake.pools.get(pool)?.add(carrierId))),
    leavePool: (_, carrierId, pool) => call("leave", `${carrierId} ${pool}`, Effect.sync(() => void fake.pools.get(pool)?.delete(carrierId))),
    release: (_, carrierId) =>
      call("release", carrierId, Effect.sync(() => {
        for (const [number, owned] of fake.owned) {
          if (owned.carrierId !== carrierId) continue
          fake.owned.delete(number)
          fake.releases++
        }
      }))
  })
  return Context.make(FakeMarket, fake).pipe(Context.add(NumberMarket, market))
}))

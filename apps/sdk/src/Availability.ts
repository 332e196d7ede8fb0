/** What each country offers to text with. */
import type { ApiCall } from "./ApiCall.ts"
import type { RequestOptions } from "./Options.ts"
import { get, getAll, Resource, segment } from "./Resource.ts"

/** Where a statement is from, and when it was read. */
export interface AvailabilitySource {
  readonly name: string
  /** A date, or as much of one as is known. */
  readonly readOn: string
}

/** A type of sender that a country has. */
export interface SenderOffer {
  /** `alphanumeric` is a name that nobody can answer. */
  readonly type: "long_code" | "mobile" | "toll_free" | "short_code" | "alphanumeric"
  /** Of one sender; null where the source gives no figure. */
  readonly segmentsPerSecond: { readonly from: number | null; readonly to: number | null }
  /** How long it takes to get one. */
  readonly leadTime: {
    readonly kind: "immediate" | "weeks" | "private_offering" | "not_published"
    readonly weeksFrom: number | null
    readonly weeksTo: number | null
  }
  readonly registration: "none" | "10dlc" | "toll_free_verification"
  /** Whether people there can be sent pictures and other files (MMS) from such a sender. */
  readonly mms: boolean
  readonly notes: ReadonlyArray<string>
  readonly source: AvailabilitySource
}

/** What can be texted with in a country. */
export interface CountryAvailability {
  /** ISO 3166-1, two capital letters. */
  readonly country: string
  /** Whether people there can answer; a send to where they cannot is refused. */
  readonly twoWay: boolean
  readonly senders: ReadonlyArray<SenderOffer>
  readonly notes: ReadonlyArray<string>
  readonly source: AvailabilitySource
}

/**
 * Countries: `parley.availability`.
 * @example
 * ```ts
 * import type { Availability } from "@parley/sdk"
 *
 * const isTwoWay = async (availability: Availability, country: string) => (await availability.retrieve(country)).twoWay
 * console.log(await isTwoWay(parley.availability, "GB"))
 * ```
 */
export class Availability extends Resource {
  /**
   * Every country that something is known of, by its code.
   * @example
   * ```ts
   * import type { CountryAvailability } from "@parley/sdk"
   *
   * const countries: ReadonlyArray<CountryAvailability> = await parley.availability.list()
   * console.log(countries.filter(({ twoWay }) => twoWay).map(({ country }) => country))
   * ```
   */
  list(options?: RequestOptions): ApiCall<ReadonlyArray<CountryAvailability>> {
    return getAll(this.transport, "/v1/availability", options)
  }

  /**
   * What a country offers. Fails with a `NotFoundError` where nothing is known of it.
   * @example
   * ```ts
   * import type { AvailabilitySource, SenderOffer } from "@parley/sdk"
   *
   * const { senders, source } = await parley.availability.retrieve("GB")
   * const [offer]: ReadonlyArray<SenderOffer> = senders
   * const { name, readOn }: AvailabilitySource = source
   * console.log(offer?.type, offer?.leadTime.kind, name, readOn)
   * ```
   */
  retrieve(country: string, options?: RequestOptions): ApiCall<CountryAvailability> {
    return get(this.transport, `/v1/availability/${segment(country)}`, options)
  }
}

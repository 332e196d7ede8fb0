/** The numbers that a project texts from: see, buy, import and release them. */
import type { ApiCall } from "./ApiCall.ts"
import type { Environment } from "./Environment.ts"
import type { RequestOptions } from "./Options.ts"
import { list, type PageCall, type PageParams } from "./Page.ts"
import { get, getAll, post, remove, Resource, segment } from "./Resource.ts"
import { toQuery } from "./Wire.ts"

/** A number that the project texts from. */
export interface AgentNumber {
  readonly number: string
  readonly environment: Environment
  readonly type: "long_code" | "mobile" | "toll_free" | "short_code"
  /** ISO 3166-1, two capital letters. */
  readonly country: string
  readonly registration: "not_required" | "unregistered" | "pending" | "approved" | "rejected" | "suspended"
  /** The campaign or verification that it texts under, if that was filed here. */
  readonly registrationId: string | null
  /** What it waits for before carriers take its texts, in a sentence. */
  readonly waitingFor: string | null
  /** Whether it can send pictures and other files (`mediaUrls`), to users of countries that have MMS too. */
  readonly mms: boolean
  readonly segmentsPerSecond: number
  /** Texts that wait to be sent from it. */
  readonly queued: number
}

/** What carriers sell. `local` numbers are long codes. */
export type MarketType = "local" | "mobile" | "toll_free"

/** `amount` is a decimal like `1.15`, `currency` ISO 4217. */
export interface Price {
  readonly amount: string
  readonly currency: string
}

/** A number for sale that can text. */
export interface AvailableNumber {
  readonly number: string
  readonly country: string
  readonly type: MarketType
  readonly locality: string | null
  readonly region: string | null
  /** The regulator wants an address or papers, which have to be filed with the carrier first. */
  readonly needsAddress: boolean
  /** Null where the carrier does not tell. */
  readonly monthlyPrice: Price | null
}

/** The purchase, import or release of a number. Whatever stops it half-way, it goes on from there. */
export interface NumberOperation {
  /** `op_` and a time-ordered part. */
  readonly id: string
  readonly kind: "buy" | "import" | "release"
  /** May change while a purchase without a `number` is `intended`: somebody else was quicker. */
  readonly number: string
  readonly environment: Environment
  /** `active`, `failed` and `released` are final. */
  readonly stage: "intended" | "bought" | "configured" | "active" | "undoing" | "failed" | "draining" | "released"
  /** What holds it up, or why it failed. */
  readonly trouble: { readonly code: string | null; readonly detail: string } | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** What a purchase or import would do. */
export interface NumberPlan {
  readonly number: string
  readonly steps: ReadonlyArray<string>
  /** Null where the carrier does not tell, or nothing is bought. */
  readonly monthlyPrice: Price | null
}

/** What a number should be like. */
export interface AvailableNumberParams {
  /** ISO 3166-1, two capital letters. */
  readonly country: string
  /** Three digits; US and Canada only. */
  readonly areaCode?: string
  /** Digits that the number holds; `*` stands for any one. */
  readonly contains?: string
  /** `local` when absent. */
  readonly type?: MarketType
  /** 1 to 100; 20 when absent. */
  readonly limit?: number
}

interface ProvisionParams {
  /** The connector's when absent. */
  readonly environment?: Environment
  /** What is known of the number's registration; `unregistered` in the US and Canada when absent. */
  readonly registration?: AgentNumber["registration"]
  /** The campaign, registered here, that it is to text under. */
  readonly campaign?: string
}

/** This very `number`, or the first for sale that fits `country` and what else is given. */
export interface BuyNumberParams extends ProvisionParams, Partial<Omit<AvailableNumberParams, "limit">> {
  readonly number?: string
}

/** A number that the carrier account has already. */
export interface ImportNumberParams extends ProvisionParams {
  readonly number: string
}

/**
 * Numbers to text from: `parley.numbers`.
 * @example
 * ```ts
 * import type { Numbers } from "@parley/sdk"
 *
 * const first = async (numbers: Numbers) => (await numbers.list({ limit: 1 })).data[0]?.number
 * console.log(await first(parley.numbers))
 * ```
 */
export class Numbers extends Resource {
  /**
   * The numbers of the connector's project and environment.
   * @example
   * ```ts
   * import type { AgentNumber, Environment } from "@parley/sdk"
   *
   * const numbers: ReadonlyArray<AgentNumber> = (await parley.numbers.list()).data
   * const environments: ReadonlyArray<Environment> = numbers.map(({ environment }) => environment)
   * console.log(environments, numbers.map(({ number, queued }) => `${number}: ${queued} wait`))
   * ```
   */
  list(params: PageParams = {}, options?: RequestOptions): PageCall<AgentNumber> {
    return list(this.transport, "/v1/numbers", params, options)
  }

  /**
   * Numbers for sale that can text.
   * @example
   * ```ts
   * import type { AvailableNumber, AvailableNumberParams, MarketType, Price } from "@parley/sdk"
   *
   * const type: MarketType = "local"
   * const wanted: AvailableNumberParams = { country: "US", type, limit: 3 }
   * const found: ReadonlyArray<AvailableNumber> = await parley.numbers.search(wanted)
   * const prices: ReadonlyArray<Price | null> = found.map(({ monthlyPrice }) => monthlyPrice)
   * console.log(found.map(({ number }) => number), prices)
   * ```
   */
  search(params: AvailableNumberParams, options?: RequestOptions): ApiCall<ReadonlyArray<AvailableNumber>> {
    return getAll(this.transport, `/v1/available-numbers${toQuery(params)}`, options)
  }

  /**
   * Buys a number, and sets it up to text from. When it succeeds the operation is durable: follow it with `operation`. A number is never bought twice.
   * @example
   * ```ts
   * import type { BuyNumberParams, NumberOperation } from "@parley/sdk"
   *
   * const params: BuyNumberParams = { country: "US", type: "local", environment: "live" }
   * const bought: NumberOperation = await parley.numbers.buy(params)
   * console.log(bought.number, bought.stage)
   * ```
   */
  buy(params: BuyNumberParams, options?: RequestOptions): ApiCall<NumberOperation> {
    return post(this.transport, "/v1/numbers", params, options)
  }

  /**
   * Sets up a number that the carrier account has already.
   * @example
   * ```ts
   * import { ApiError, type ImportNumberParams } from "@parley/sdk"
   *
   * const params: ImportNumberParams = { number: "+15005550199" }
   * const outcome = await parley.numbers.import(params).catch((error: unknown) => {
   *   if (error instanceof ApiError) return error
   *   throw error
   * })
   * console.log(outcome instanceof ApiError ? outcome.detail : outcome.stage)
   * ```
   */
  import(params: ImportNumberParams, options?: RequestOptions): ApiCall<NumberOperation> {
    return post(this.transport, "/v1/numbers", { ...params, import: true }, options)
  }

  /**
   * What `buy` would do, or `import` with `import: true`. Nothing is bought or written.
   * @example
   * ```ts
   * import type { NumberPlan } from "@parley/sdk"
   *
   * const plan: NumberPlan = await parley.numbers.plan({ country: "US", type: "local" })
   * console.log(plan.number, plan.steps)
   * ```
   */
  plan(params: BuyNumberParams & { readonly import?: boolean }, options?: RequestOptions): ApiCall<NumberPlan> {
    return post(this.transport, "/v1/numbers", { ...params, dryRun: true }, options)
  }

  /**
   * Gives a number back, once its conversations have another number or an end and its texts have left. Releasing again brings the same operation.
   * @example
   * ```ts
   * const bought = await parley.numbers.buy({ country: "US", type: "local", environment: "live" })
   * const outcome = await parley.numbers.release(bought.number).catch((error: unknown) => error)
   * console.log(outcome)
   * ```
   */
  release(number: string, options?: RequestOptions): ApiCall<NumberOperation> {
    return remove(this.transport, `/v1/numbers/${segment(number)}`, options)
  }

  /**
   * How far a purchase, import or release is.
   * @example
   * ```ts
   * const { id } = await parley.numbers.buy({ country: "US", type: "local", environment: "live" })
   * const { stage, trouble } = await parley.numbers.operation(id)
   * console.log(stage, trouble?.detail)
   * ```
   */
  operation(operationId: string, options?: RequestOptions): ApiCall<NumberOperation> {
    return get(this.transport, `/v1/numbers/operations/${segment(operationId)}`, options)
  }
}

/** Users who must not be texted. */
import type { Environment } from "./Environment.ts"
import type { RequestOptions } from "./Options.ts"
import { list, type PageCall, type PageParams } from "./Page.ts"
import { Resource } from "./Resource.ts"

/** A user who must not be texted from a number. */
export interface OptOut {
  readonly userNumber: string
  readonly agentNumber: string
  readonly environment: Environment
  readonly source: "keyword" | "carrier_keyword" | "carrier_refusal"
  readonly optedOutAt: Date
}

/** Filters are combined. */
export interface OptOutListParams extends PageParams {
  readonly userNumber?: string
}

/**
 * Who must not be texted: `parley.optOuts`.
 * @example
 * ```ts
 * import type { OptOuts } from "@parley/sdk"
 *
 * const hasOptedOut = async (optOuts: OptOuts, userNumber: string) => (await optOuts.list({ userNumber, limit: 1 })).data.length > 0
 * console.log(await hasOptedOut(parley.optOuts, "+15005550123"))
 * ```
 */
export class OptOuts extends Resource {
  /**
   * Users who must not be texted, newest first.
   * @example
   * ```ts
   * import type { OptOut, OptOutListParams } from "@parley/sdk"
   *
   * const params: OptOutListParams = { limit: 100 }
   * const optOuts: ReadonlyArray<OptOut> = (await parley.optOuts.list(params)).data
   * console.log(optOuts.map(({ source, optedOutAt }) => [source, optedOutAt]))
   * ```
   */
  list(params: OptOutListParams = {}, options?: RequestOptions): PageCall<OptOut> {
    return list(this.transport, "/v1/opt-outs", params, options)
  }
}

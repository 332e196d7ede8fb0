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

export interface OptOutListParams extends PageParams {
  readonly userNumber?: string
}

export class OptOuts extends Resource {
  /** Users who must not be texted, newest first. */
  list(params: OptOutListParams = {}, options?: RequestOptions): PageCall<OptOut> {
    return list(this.transport, "/v1/opt-outs", params, options)
  }
}

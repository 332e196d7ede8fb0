/** The store's failure as the API tells it: nothing was kept, and whether to try again. The operator's log tells why. */
import { Effect } from "effect"
import type { StoreFailure } from "@parley/core/ports/Store"
import { ServiceUnavailable } from "@parley/contract/Problem"

const problem = (failure: StoreFailure): ServiceUnavailable =>
  new ServiceUnavailable({
    detail: failure.retryable
      ? "The service can't store anything right now, and nothing of this request was kept. Try again shortly."
      : "The service can't store anything, and nothing of this request was kept. Its operator has to act; try again later.",
    retry_after: failure.retryable ? 1 : 30
  })

export const unavailable = (failure: StoreFailure): Effect.Effect<never, ServiceUnavailable> =>
  Effect.logError(`The store failed: ${failure.reason}`, failure.cause).pipe(
    Effect.annotateLogs({ operation: failure.operation }),
    Effect.andThen(Effect.fail(problem(failure)))
  )

/** For `Effect.catchTags`. */
export const storeAway = { StoreFailure: unavailable }

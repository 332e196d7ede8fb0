/** Every answer to a caller that is known says how much of the project's minute is left. */
import { Effect, Option } from "effect"
import { HttpEffect, HttpServerResponse } from "effect/http"
import type { ProjectId } from "@parley/schema/Ids"
import * as Outbound from "@parley/core/Outbound"
import { Directory } from "@parley/core/ports/Directory"
import { LimitStore } from "@parley/core/ports/LimitStore"
import * as RateLimit from "@parley/core/RateLimit"

/** Adds the headers to this request's answer, whatever becomes of it; what can't be read is left out. */
export const make = Effect.gen(function*() {
  const directory = yield* Directory
  const limits = yield* LimitStore
  return (projectId: ProjectId) =>
    HttpEffect.appendPreResponseHandler((_request, response) =>
      Effect.gen(function*() {
        const project = yield* directory.project(projectId)
        if (Option.isNone(project)) return response
        const rate = Outbound.outboundRate(project.value)
        const { "retry-after": _, ...headers } = RateLimit.headers("outbound", rate, yield* Outbound.allowance(project.value))
        return HttpServerResponse.setHeaders(response, headers)
      }).pipe(Effect.provideService(LimitStore, limits), Effect.orElseSucceed(() => response))
    )
})

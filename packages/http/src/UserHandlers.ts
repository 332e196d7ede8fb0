/** `/v1/users` on the use cases: an account forgets its own users only. */
import { Effect, Option } from "effect"
import { HttpApiBuilder, HttpApiSchema } from "effect/http-api"
import { Caller } from "@parley/contract/Access"
import { Api } from "@parley/contract/Api"
import type { Erasure } from "@parley/contract/ErasureApi"
import { NotFound } from "@parley/contract/Problem"
import type * as Core from "@parley/core/Erasure"
import * as Erasures from "@parley/core/Erasures"
import { storeAway } from "./StoreProblem.ts"

const resource = ({ finishedAt, id, pseudonym, report, requestedAt, stage }: Core.Erasure): Erasure => ({ id, stage, pseudonym, report, requestedAt, finishedAt })

export const layer = HttpApiBuilder.group(Api, "users", (handlers) =>
  handlers.handleAll({
    erase: Effect.fnUntraced(function*({ params }) {
      const { accountId } = yield* Caller
      const erasure = yield* Erasures.request(accountId, params.number)
      return HttpApiSchema.withHeaders({ body: resource(erasure), headers: { location: `/v1/users/erasures/${erasure.id}` } })
    }, Effect.catchTags(storeAway)),

    retrieve: Effect.fnUntraced(function*({ params }) {
      const { accountId } = yield* Caller
      const found = Option.getOrNull(yield* Erasures.find(accountId, params.id))
      return found === null ? yield* new NotFound({ detail: "No erasure has this id in your account." }) : resource(found)
    }, Effect.catchTags(storeAway))
  }))

/** `POST /v1/campaigns/scan` on the core's scan. */
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "@parley/contract/Api"
import { scan } from "@parley/core/campaign/Scan"

export const layer = HttpApiBuilder.group(Api, "campaigns", (handlers) => handlers.handle("scan", ({ payload }) => Effect.sync(() => scan(payload))))

/** `/v1/availability` on the table that sending goes by. */
import { Effect, Option, Schema } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "@parley/contract/Api"
import { NotFound } from "@parley/contract/Problem"
import { CurrentAvailability, rows } from "@parley/core/Availability"
import { Country } from "@parley/schema/Country"

const decodeCountry = Schema.decodeOption(Country)

export const layer = HttpApiBuilder.group(Api, "availability", (handlers) =>
  handlers.handleAll({
    list: Effect.fnUntraced(function*() {
      return { data: rows(yield* CurrentAvailability) }
    }),

    retrieve: Effect.fnUntraced(function*({ params }) {
      const table = yield* CurrentAvailability
      const row = Option.map(decodeCountry(params.country.toUpperCase()), (country) => table.get(country))
      if (Option.isNone(row) || row.value === undefined) {
        const known = rows(table).map(({ country }) => country).join(", ")
        return yield* new NotFound({ detail: `Nothing is known of "${params.country}". Known countries: ${known}.` })
      }
      return row.value
    })
  }))

/** `/v1/Messaging/GeoPermissions`: the countries that the account may text. */
import type { Carrier } from "./Carrier.ts"
import { restFailure } from "./CarrierErrors.ts"
import type { RestAnswer, RestRequest } from "./RestRequest.ts"

const permission = (code: string, enabled: boolean) => ({ country_code: code, type: "country", enabled, error_code: 0, error_messages: [] })

/** Reads only. Without `CountryCode` it tells of the countries that are disabled: all others are enabled. */
export const geographicPermissions = ({ disabledCountries }: Carrier, request: RestRequest): RestAnswer => {
  if (request.method !== "GET") throw restFailure(20004)
  const wanted = request.query.get("CountryCode")
  const codes = wanted === null ? [...disabledCountries] : [wanted]
  return { status: 200, body: { permissions: codes.map((code) => permission(code, !disabledCountries.has(code))) } }
}

/** The numbers of the tests' account, as the simulated carrier's own API shows them. */
import type { Carrier } from "./Carrier.ts"
import { accountSid, authToken } from "./Projects.ts"

export interface OwnedNumber {
  readonly sid: string
  readonly phone_number: string
  readonly friendly_name: string
  readonly sms_url: string
  readonly sms_method: string
  readonly sms_fallback_url: string
}

export const ownedNumbers = async (carrier: { readonly sim: Pick<Carrier["sim"], "url"> }): Promise<ReadonlyArray<OwnedNumber>> => {
  const response = await fetch(`${carrier.sim.url}/2010-04-01/Accounts/${accountSid}/IncomingPhoneNumbers.json?PageSize=1000`, {
    headers: { authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString("base64")}` }
  })
  return (await response.json() as { readonly incoming_phone_numbers: ReadonlyArray<OwnedNumber> }).incoming_phone_numbers
}

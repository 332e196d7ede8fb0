/** Messaging Services of the tests' account, over the simulated carrier's own API. */
import type { RunningCarrierSim } from "@parley/carrier-sim/startCarrierSim"

export interface MessagingServices {
  /** Makes one with these senders, and tells its SID. */
  create(senders: ReadonlyArray<string>, fields?: Readonly<Record<string, string>>): Promise<string>
  update(sid: string, fields: Readonly<Record<string, string>>): Promise<void>
  fetch(sid: string): Promise<{ readonly use_inbound_webhook_on_number: boolean }>
  senders(sid: string): Promise<ReadonlyArray<string>>
}

export const messagingServices = (sim: Pick<RunningCarrierSim, "url" | "accountSid" | "authToken">): MessagingServices => {
  const call = async (path: string, form?: Readonly<Record<string, string>>) => {
    const response = await fetch(sim.url + path, {
      method: form === undefined ? "GET" : "POST",
      headers: { authorization: `Basic ${Buffer.from(`${sim.accountSid}:${sim.authToken}`).toString("base64")}` },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) })
    })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return await response.json() as { readonly sid: string; readonly use_inbound_webhook_on_number: boolean }
  }
  return {
    create: async (senders, fields = {}) => {
      const { sid } = await call("/v1/Services", { FriendlyName: "Tests", UseInboundWebhookOnNumber: "true", ...fields })
      for (const sender of senders) {
        const found = await call(`/2010-04-01/Accounts/${sim.accountSid}/IncomingPhoneNumbers.json?PhoneNumber=${encodeURIComponent(sender)}`) as unknown as { readonly incoming_phone_numbers: ReadonlyArray<{ readonly sid: string }> }
        await call(`/v1/Services/${sid}/PhoneNumbers`, { PhoneNumberSid: found.incoming_phone_numbers[0]?.sid ?? "" })
      }
      return sid
    },
    update: async (sid, fields) => void await call(`/v1/Services/${sid}`, fields),
    fetch: (sid) => call(`/v1/Services/${sid}`),
    senders: async (sid) => {
      const { phone_numbers } = await call(`/v1/Services/${sid}/PhoneNumbers`) as unknown as { readonly phone_numbers: ReadonlyArray<{ readonly phone_number: string }> }
      return phone_numbers.map(({ phone_number }) => phone_number)
    }
  }
}

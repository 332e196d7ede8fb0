/** The account, the text and the listing that the tests speak of. */
import { Effect, Redacted } from "effect"
import type { OutboundText } from "@parley/core/ports/Carrier"
import { MessageId, ProjectId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { AccountFor, TwilioAccount } from "../src/TwilioAccount.ts"

export const accountSid = "AC00000000000000000000000000000001"
export const secret = "a-very-secret-auth-token"

export const account: TwilioAccount = { accountSid, authTokens: [Redacted.make(secret)], apiKey: null }

export const accountFor: AccountFor = () => Effect.succeed(account)

export const text: OutboundText = {
  messageId: MessageId.make("msg_01JD3Z5QJ5ZZZZZZZZZZZZZZZZ"),
  projectId: ProjectId.make("demo"),
  environment: "live",
  from: PhoneNumber.make("+15005550006"),
  to: PhoneNumber.make("+15017122661"),
  body: "Hi there 👋 & welcome",
  mediaUrls: []
}

/** For `send`: the text may leave whenever it comes to that. */
export const always = () => true

export const sid = (n: number): string => `SM${n.toString(16).padStart(32, "0")}`

/** A message as Twilio's REST API shows it. */
export const resource = (fields: Readonly<Record<string, unknown>> = {}) => ({
  body: text.body,
  num_segments: "1",
  direction: "outbound-api",
  from: text.from,
  to: text.to,
  date_updated: "Tue, 24 Nov 2026 10:00:00 +0000",
  price: null,
  error_message: null,
  uri: `/2010-04-01/Accounts/${accountSid}/Messages/${sid(1)}.json`,
  account_sid: accountSid,
  num_media: "0",
  status: "queued",
  messaging_service_sid: null,
  sid: sid(1),
  date_sent: null,
  date_created: "Tue, 24 Nov 2026 10:00:00 +0000",
  error_code: null,
  price_unit: "USD",
  api_version: "2010-04-01",
  subresource_uris: { media: `/2010-04-01/Accounts/${accountSid}/Messages/${sid(1)}/Media.json` },
  ...fields
})

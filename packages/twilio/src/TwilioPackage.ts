/** Twilio's own package, on Parley's connections. */
import twilio from "twilio"
import type { TwilioHttpClient } from "./TwilioHttpClient.ts"

export type Client = ReturnType<typeof twilio>

export interface Login {
  readonly accountSid: string
  /** The account's SID, or an API key's. */
  readonly username: string
  readonly password: string
}

/** Throws when the account's SID does not begin with `AC`, or when there is nothing to log in with. */
export const connect = (http: TwilioHttpClient, login: Login): Client =>
  twilio(login.username, login.password, {
    accountSid: login.accountSid,
    autoRetry: false,
    // The package types its seam as its own class with private parts, and calls `request` alone.
    httpClient: http as unknown as Client["httpClient"]
  })

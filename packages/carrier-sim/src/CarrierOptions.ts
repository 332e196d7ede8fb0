/** What a simulated carrier may be told at the start, and what it assumes otherwise. */

export interface AccountOptions {
  /** `AC` and 32 hexadecimal digits. */
  readonly sid: string
  /** Signs the webhooks too. */
  readonly authToken: string
  readonly friendlyName?: string
  /** Pairs that may be used instead of the account's own for Basic authentication. */
  readonly apiKeys?: ReadonlyArray<{ readonly sid: string; readonly secret: string }>
}

export interface Capabilities {
  readonly sms: boolean
  readonly mms: boolean
  readonly voice: boolean
}

export interface NumberOptions {
  /** E.164, or a short code of 5 or 6 digits. */
  readonly phoneNumber: string
  /** The account that owns it; the first one when left out. */
  readonly accountSid?: string
  /** Called when a text arrives; its fragment may hold connection overrides. */
  readonly smsUrl?: string
  readonly smsMethod?: "GET" | "POST"
  readonly smsFallbackUrl?: string
  /** Kept and shown only. As at Twilio, a message reports to the `StatusCallback` of its create call or of its Messaging Service. */
  readonly statusCallback?: string
  readonly capabilities?: Partial<Capabilities>
  /** Left out: by the kind of number and its registration, see `segmentsPerSecondOf`. */
  readonly segmentsPerSecond?: number
  /** A2P 10DLC registration of a US or Canadian long code, verification of a toll-free number, besides those that are made over the API. Default true; false for a bought one. */
  readonly registered?: boolean
}

export interface MessagingServiceOptions {
  /** `MG` and 32 hexadecimal digits. */
  readonly sid: string
  readonly accountSid?: string
  readonly friendlyName?: string
  /** Its senders: phone numbers that the account owns. */
  readonly senders: ReadonlyArray<string>
  readonly statusCallback?: string
  /** Called for a text to one of its senders, unless the number's own URL is used. */
  readonly inboundRequestUrl?: string
  readonly fallbackUrl?: string
  /** A sender's own webhook is called. Default true here; false, as at Twilio, for a service that is created over the API. */
  readonly useInboundWebhookOnNumber?: boolean
  /** A handset keeps its sender. Default true. */
  readonly stickySender?: boolean
  /** A sender with the handset's area code comes first, in the US and Canada. Default true. */
  readonly areaCodeGeomatch?: boolean
  /** Smart quotes and the like become plain ones. Default false here; true, as at Twilio, for a service that is created over the API. */
  readonly smartEncoding?: boolean
}

export interface DelayOptions {
  /** From `accepted` to `queued`, for a Messaging Service. Default 10. */
  readonly acceptedMillis?: number
  /** The least time in `queued`. Default 10. */
  readonly queuedMillis?: number
  /** From `sending` to `sent`. Default 50. */
  readonly sentMillis?: number
  /** From `sending` to `delivered` or `undelivered`. Default 200. */
  readonly deliveredMillis?: number
  /** From the submission of a brand, a campaign or a toll-free verification to its approval; days at Twilio. Default 2,000. */
  readonly reviewMillis?: number
  /** From a campaign's approval, or from joining its service, until a number may send: 30035 meanwhile. Default 1,000. */
  readonly configuringMillis?: number
}

export interface CarrierOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Default: `defaultAccount`. */
  readonly accounts?: ReadonlyArray<AccountOptions>
  /** Default: one registered number, +15005550006, 10 segments per second. */
  readonly numbers?: ReadonlyArray<NumberOptions>
  readonly messagingServices?: ReadonlyArray<MessagingServiceOptions>
  /** How many senders a Messaging Service holds. Default 400. */
  readonly poolLimit?: number
  readonly delays?: DelayOptions
  /**
   * `carrier`: a texted STOP blocks the pair (21610) and START frees it, as Twilio does by default; the simulator sends no confirmation of its own.
   * `off` (default): the application handles keywords itself, as with Twilio's own handling switched off, so that nothing stands between a test and the application's consent rules.
   */
  readonly optOutHandling?: "carrier" | "off"
  /** Countries (ISO 3166-1 alpha-2) that may not be texted: 21408. */
  readonly disabledCountries?: ReadonlyArray<string>
  /** How many seconds of its throughput a sender's queue holds. Default 36,000 (10 h). */
  readonly queueSeconds?: number
  /** Requests of one account at a time; more are answered 429. Default unlimited. */
  readonly concurrentRequests?: number
  /** Messages kept; the oldest finished ones go first. Default 200,000. */
  readonly keptMessages?: number
  /** Webhook attempts kept in the log. Default 20,000. */
  readonly keptWebhooks?: number
  /** Seeds the chance of faults with a probability. Default 1. */
  readonly seed?: number
}

/** Plainly invented credentials. */
export const defaultAccount: AccountOptions = {
  sid: "AC00000000000000000000000000000000",
  authToken: "feedfacefeedfacefeedfacefeedface",
  friendlyName: "Simulated account"
}

export const defaultNumber: NumberOptions = { phoneNumber: "+15005550006", segmentsPerSecond: 10 }

export interface Delays {
  readonly acceptedMillis: number
  readonly queuedMillis: number
  readonly sentMillis: number
  readonly deliveredMillis: number
  readonly reviewMillis: number
  readonly configuringMillis: number
}

export const delaysOf = (options: DelayOptions = {}): Delays => ({
  acceptedMillis: options.acceptedMillis ?? 10,
  queuedMillis: options.queuedMillis ?? 10,
  sentMillis: options.sentMillis ?? 50,
  deliveredMillis: options.deliveredMillis ?? 200,
  reviewMillis: options.reviewMillis ?? 2000,
  configuringMillis: options.configuringMillis ?? 1000
})

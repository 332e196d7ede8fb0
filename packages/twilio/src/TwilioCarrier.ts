/** The carrier port on Twilio's REST API, through Twilio's own package. */
import { DateTime, Duration, Effect, Layer, Option } from "effect"
import { Ambiguous, Carrier, CarrierFailure, NotNow, Refused, Withheld } from "@parley/core/ports/Carrier"
import type { CarrierText, OutboundText } from "@parley/core/ports/Carrier"
import { toLookalikes } from "@parley/schema/MessageText"
import { isPhoneNumber, type PhoneNumber } from "@parley/schema/PhoneNumber"
import type { AccountFor } from "./TwilioAccount.ts"
import type { Client } from "./TwilioPackage.ts"
import { clients, connections } from "./AccountClients.ts"
import { explain, ofCreate, ofRead, senderVerdict } from "./TwilioErrors.ts"
import { leavingIf, TwilioCallFailed } from "./TwilioHttpClient.ts"
import { statusOf } from "./TwilioStatus.ts"
import { webhookRepeats } from "./TwilioWebhook.ts"

export interface TwilioCarrierOptions {
  readonly accountFor: AccountFor
  /** Where Twilio reaches the gateway. Null: no status callbacks are asked for, so a text stays `sent` for ever, and an unknown one is settled by `find` alone. */
  readonly publicUrl: URL | null
  /** In place of Twilio's own addresses: a simulator or a proxy. */
  readonly baseUrl?: URL | null
  /** For one call. Default 10 s. */
  readonly timeout?: Duration.Duration
}

type Reason = CarrierFailure["reason"]

/** What Twilio puts before the texts of a trial account, and keeps as part of their body. Source: Twilio's help on free trial accounts. */
const trialPrefix = "Sent from your Twilio trial account - "

const page = { texts: 100, atMost: 20 } as const

/** Twilio's times are whole seconds, and the listing promises no exact order. */
const clockTolerance = Duration.minutes(1)

const failed = (reason: Reason) => new CarrierFailure({ reason })

const notNow = (detail: string) => new NotNow({ code: null, detail, retryAfter: null, nextDay: false })

/** The address that Twilio reports a text's progress to. */
export const statusCallback = (publicUrl: URL, text: Pick<OutboundText, "projectId" | "environment" | "messageId">): string =>
  `${publicUrl.origin}${publicUrl.pathname.replace(/\/+$/u, "")}/twilio/${text.projectId}/${text.environment}/status?message=${text.messageId}${webhookRepeats}`

const createFailed = (cause: unknown): Reason => {
  const unclear = (what: string) => new Ambiguous({ code: null, detail: `Twilio ${what}; whether it took the text is being found out.` })
  if (!(cause instanceof TwilioCallFailed)) return unclear("answered something that cannot be read")
  const { reason } = cause
  if (reason._tag === "Answered") return ofCreate(reason)
  if (reason._tag === "NotSent" && reason.isWithheld) return new Withheld()
  return reason._tag === "NotSent" ? notNow(`Twilio ${reason.detail}.`) : unclear(reason.detail)
}

const readFailed = (cause: unknown): Reason => {
  if (!(cause instanceof TwilioCallFailed)) return notNow("Twilio answered something that cannot be read.")
  return cause.reason._tag === "Answered" ? ofRead(cause.reason) : notNow(`Twilio ${cause.reason.detail}.`)
}

type Listed = Awaited<ReturnType<Client["messages"]["page"]>>["instances"][number]

/** Null where Twilio gives no date that can be read. */
const createdAtOf = (listed: Listed): DateTime.Utc | null => Option.getOrNull(Option.map(DateTime.make(listed.dateCreated), DateTime.toUtc))

// Files tell nothing more: Twilio keeps them under addresses of its own.
const isSameBody = (listed: Listed, body: string) => listed.body === body || listed.body === (body === "" ? trialPrefix.trimEnd() : trialPrefix + body)

/** A Messaging Service may have smart encoding on, and keeps then what it made of the text. */
const isSameText = (listed: Listed, { body, pool = null }: OutboundText) =>
  isSameBody(listed, body) || (pool !== null && isSameBody(listed, toLookalikes(body)))

/** Null while a Messaging Service has not chosen, and for a sender that is no phone number. */
const numberOrNull = (from: unknown): PhoneNumber | null => typeof from === "string" && isPhoneNumber(from) ? from : null

const toCarrierText = (listed: Listed, createdAt: DateTime.Utc): CarrierText => {
  const code = Number.isInteger(listed.errorCode) && listed.errorCode !== 0 ? String(listed.errorCode) : null
  return {
    carrierId: listed.sid,
    // A word that is new to us is still a text that the carrier has.
    status: Option.getOrElse(statusOf(listed.status), () => "sent" as const),
    from: numberOrNull(listed.from),
    createdAt,
    code,
    sender: senderVerdict(code),
    detail: code === null ? null : explain(code, listed.errorMessage)
  }
}

/**
 * The carrier on Twilio. A text is created with one call that is never repeated here.
 * `find` knows `since` by Twilio's own clock, as its answers tell it: a machine whose clock is ahead would overlook the very text that it asks about.
 * It also brings texts created up to a minute before: the caller knows its other texts by their carrier ids.
 */
export const layer = (options: TwilioCarrierOptions): Layer.Layer<Carrier> =>
  Layer.effect(Carrier, Effect.gen(function*() {
    const http = yield* connections(options)
    const clientOf = yield* clients({ ...options, http }, (reason, detail) => failed(reason === "refused" ? new Refused({ code: null, detail }) : notNow(detail)))
    const client = ({ projectId }: OutboundText) => clientOf(projectId)

    const send = Effect.fn("TwilioCarrier.send")(function*(text: OutboundText, mayLeave: () => boolean) {
      const { messages } = yield* client(text)
      const pool = text.pool ?? null
      const created = yield* Effect.tryPromise({
        try: () => leavingIf(mayLeave, () => messages.create({
          ...(pool === null ? { from: text.from } : { messagingServiceSid: pool }),
          to: text.to,
          ...(text.body === "" ? {} : { body: text.body }),
          ...(text.mediaUrls.length === 0 ? {} : { mediaUrl: [...text.mediaUrls] }),
          ...(options.publicUrl === null ? {} : { statusCallback: statusCallback(options.publicUrl, text) })
        })),
        catch: (cause) => failed(createFailed(cause))
      })
      if (typeof created.sid === "string" && created.sid !== "") return { carrierId: created.sid, from: numberOrNull(created.from) }
      return yield* failed(new Ambiguous({ code: null, detail: "Twilio answered without the text's SID; whether it took the text is being found out." }))
    })

    const find = Effect.fn("TwilioCarrier.find")(function*(text: OutboundText, since: DateTime.Utc) {
      const { messages } = yield* client(text)
      const read = (call: () => ReturnType<typeof messages.page>) => Effect.tryPromise({ try: call, catch: (cause) => failed(readFailed(cause)) })
      // No filter on DateSent: a text that still waits has none, and would be missed.
      // Nor on From for a Messaging Service, which has chosen none perhaps.
      const pool = text.pool ?? null
      let listing = yield* read(() => messages.page({ to: text.to, ...(pool === null ? { from: text.from } : {}), pageSize: page.texts }))
      const from = DateTime.subtractDuration(DateTime.add(since, { milliseconds: http.aheadMillis() }), clockTolerance)
      const found: Array<CarrierText> = []
      for (let pages = 1;; pages++) {
        let recent = 0
        for (const listed of listing.instances) {
          const createdAt = createdAtOf(listed)
          if (createdAt !== null && DateTime.isLessThan(createdAt, from)) continue
          recent += 1
          if (pool !== null && listed.messagingServiceSid !== pool) continue
          if (isSameText(listed, text)) found.push(toCarrierText(listed, createdAt ?? since))
        }
        const next = listing.nextPageUrl
        if (next === undefined || recent === 0) return found
        // An unfinished listing proves nothing, and must not look like absence.
        if (pages >= page.atMost) return yield* failed(notNow(`Twilio lists over ${page.texts * page.atMost} texts to this recipient, too many to look through.`))
        listing = yield* read(() => messages.getPage(next))
      }
    })

    return { send, find }
  }))

/** Tells an application how its messages fare. */
import type { AccountOptions } from "./CarrierOptions.ts"
import type { FaultEffect, Faults } from "./Faults.ts"
import type { MessageRecord, Status } from "./MessageResource.ts"
import { apiVersion, receiptDate } from "./ResourceFormat.ts"
import type { SimClock } from "./SimClock.ts"
import type { FormParams } from "./Signature.ts"
import type { Webhooks } from "./Webhooks.ts"

export interface StatusCallbacks {
  /** Sends the message's present status to its callback URL, if it has one. */
  notify(record: MessageRecord): void
  /** Resolves when the message's first callback has been answered, or after `atMostMillis`. */
  firstAnswered(record: MessageRecord, atMostMillis: number): Promise<void>
  clear(): void
}

interface Callback {
  readonly record: MessageRecord
  readonly url: string
  readonly status: Status
  readonly params: FormParams
}

/** The fields of a status callback, in Twilio's order. */
const paramsOf = (record: MessageRecord, nowMillis: number): FormParams => ({
  ...(record.errorCode === null || (record.status !== "failed" && record.status !== "undelivered") ? {} : { ErrorCode: String(record.errorCode) }),
  SmsSid: record.sid,
  SmsStatus: record.status,
  MessageStatus: record.status,
  To: record.to,
  ...(record.messagingServiceSid === null ? {} : { MessagingServiceSid: record.messagingServiceSid }),
  MessageSid: record.sid,
  AccountSid: record.accountSid,
  From: record.from ?? "",
  ApiVersion: apiVersion,
  ...(record.status === "delivered" || record.status === "undelivered" ? { RawDlrDoneDate: receiptDate(nowMillis) } : {})
})

const isLast = (status: Status) => status === "delivered" || status === "undelivered" || status === "failed"

export const makeStatusCallbacks = (
  clock: SimClock,
  webhooks: Webhooks,
  faults: Faults,
  accountOf: (sid: string) => AccountOptions | undefined
): StatusCallbacks => {
  /** `sent` callbacks that wait for the message's last one. */
  const held = new Map<string, Callback>()
  const waiting = new Map<string, () => void>()
  let life = 0

  const send = async ({ record, url, params }: Callback): Promise<void> => {
    const authToken = accountOf(record.accountSid)?.authToken ?? ""
    await webhooks.send({ kind: "status", messageSid: record.sid, url, method: "POST", params, authToken, fallback: false })
    waiting.get(record.sid)?.()
  }

  const sendCopies = async (callback: Callback, effects: ReadonlyArray<FaultEffect>): Promise<void> => {
    const current = life
    const duplicate = effects.find((effect) => effect.type === "duplicate")
    const copies = duplicate?.copies ?? 1
    if (duplicate?.concurrent === true) await Promise.all(Array.from({ length: copies }, () => send(callback)))
    else for (let i = 0; i < copies && current === life; i++) await send(callback)
    if (!isLast(callback.status) || current !== life) return
    const late = held.get(callback.record.sid)
    held.delete(callback.record.sid)
    if (late !== undefined) await send(late)
  }

  return {
    notify: (record) => {
      const url = record.statusCallback
      if (url === null) return
      const callback: Callback = { record, url, status: record.status, params: paramsOf(record, clock.nowMillis()) }
      const effects = faults.strike("webhook", { webhook: "status", status: record.status, to: record.to, from: record.from, body: record.body })
      if (effects.some((effect) => effect.type === "drop")) return
      if (record.status === "sent" && effects.some((effect) => effect.type === "reorder")) {
        held.set(record.sid, callback)
        return
      }
      const delayMillis = effects.reduce((sum, effect) => sum + (effect.type === "delay" ? effect.ms : 0), 0)
      if (delayMillis === 0) void sendCopies(callback, effects)
      else clock.after(delayMillis, () => void sendCopies(callback, effects))
    },
    firstAnswered: (record, atMostMillis) => {
      if (record.statusCallback === null) return Promise.resolve()
      return new Promise((resolve) => {
        const done = () => {
          waiting.delete(record.sid)
          deadline.cancel()
          resolve()
        }
        const deadline = clock.after(atMostMillis, done)
        waiting.set(record.sid, done)
      })
    },
    clear: () => {
      life++
      held.clear()
      for (const done of waiting.values()) done()
    }
  }
}

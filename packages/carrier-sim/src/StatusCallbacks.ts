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
  /** Callbacks that are delayed, held back or under way. */
  pending(): number
  clear(): void
}

interface Callback {
  readonly record: MessageRecord
  readonly url: string
  readonly status: Status
  readonly params: FormParams
  /** Which life of the carrier it belongs to: a reset begins a new one. */
  readonly life: number
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

/** How long a callback waits for the answer to the one before it. */
const patienceMillis = 1000

const answeredOrLate = (callback: Promise<void>): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, patienceMillis)
    void callback.then(() => {
      clearTimeout(timer)
      resolve()
    })
  })

const isLast = (status: Status) => status === "delivered" || status === "undelivered" || status === "failed"

export const makeStatusCallbacks = (
  clock: SimClock,
  webhooks: Webhooks,
  faults: Faults,
  accountOf: (sid: string) => AccountOptions | undefined
): StatusCallbacks => {
  /** Of each message: the callback that went out last. */
  const tails = new Map<string, Promise<void>>()
  /** `sent` callbacks that wait for the message's last one. */
  const held = new Map<string, Callback>()
  const waiting = new Map<string, () => void>()
  let life = 0
  let pending = 0

  const send = async ({ record, url, params }: Callback): Promise<void> => {
    const authToken = accountOf(record.accountSid)?.authToken ?? ""
    await webhooks.send({ kind: "status", messageSid: record.sid, url, method: "POST", params, authToken, fallback: false })
    waiting.get(record.sid)?.()
  }

  const sendCopies = async (callback: Callback, effects: ReadonlyArray<FaultEffect>): Promise<void> => {
    const current = callback.life
    if (current !== life) return
    const duplicate = effects.find((effect) => effect.type === "duplicate")
    const copies = duplicate?.copies ?? 1
    if (duplicate?.concurrent === true) await Promise.all(Array.from({ length: copies }, () => send(callback)))
    else for (let i = 0; i < copies && current === life; i++) await send(callback)
    if (current !== life) return
    pending--
    if (isLast(callback.status)) await sendHeld(callback.record)
  }

  const sendHeld = async (record: MessageRecord): Promise<void> => {
    const late = held.get(record.sid)
    held.delete(record.sid)
    if (late !== undefined) await sendCopies(late, [])
  }

  /** Sends after the message's earlier callback, so that only faults and a slow application put them out of order. */
  const sendInTurn = (callback: Callback, effects: ReadonlyArray<FaultEffect>): void => {
    const { sid } = callback.record
    const before = tails.get(sid)
    const sent = before === undefined ? sendCopies(callback, effects) : answeredOrLate(before).then(() => sendCopies(callback, effects))
    const tail = sent.then(() => {
      if (tails.get(sid) === tail) tails.delete(sid)
    })
    tails.set(sid, tail)
  }

  return {
    notify: (record) => {
      const url = record.statusCallback
      if (url === null) return
      const callback: Callback = { record, url, status: record.status, params: paramsOf(record, clock.nowMillis()), life }
      const effects = faults.strike("webhook", { webhook: "status", status: record.status, to: record.to, from: record.from, body: record.body })
      if (effects.some((effect) => effect.type === "drop")) {
        if (isLast(record.status)) void sendHeld(record)
        return
      }
      pending++
      if (record.status === "sent" && effects.some((effect) => effect.type === "reorder")) {
        held.set(record.sid, callback)
        return
      }
      const delayMillis = effects.reduce((sum, effect) => sum + (effect.type === "delay" ? effect.ms : 0), 0)
      if (delayMillis === 0) sendInTurn(callback, effects)
      else clock.after(delayMillis, () => sendInTurn(callback, effects))
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
    pending: () => pending,
    clear: () => {
      life++
      pending = 0
      held.clear()
      tails.clear()
      for (const done of waiting.values()) done()
    }
  }
}

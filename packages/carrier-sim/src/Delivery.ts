/** A message's way from the carrier to the handset, one status after the other. */
import type { Delays } from "./CarrierOptions.ts"
import { deliveryMessage, endStatus } from "./CarrierErrors.ts"
import type { Faults } from "./Faults.ts"
import type { MessageRecord, Status } from "./MessageResource.ts"
import type { MessageStore } from "./MessageStore.ts"
import { countryCodeOf, isNorthAmerican, type OwnedNumber } from "./Numbers.ts"
import type { Registrations } from "./Registrations.ts"
import type { SimClock } from "./SimClock.ts"
import type { StatusCallbacks } from "./StatusCallbacks.ts"
import { makeThroughput } from "./Throughput.ts"

/** What an alphanumeric sender moves. Source: Twilio's table of message segments per second. */
const alphanumericSegmentsPerSecond = 10

export interface Delivery {
  /** Queues a message that has its sender. */
  queue(record: MessageRecord): void
  /** Ends a message with an error before it was sent. */
  fail(record: MessageRecord, code: number): void
  /** Whether the sender's queue has no room for so many segments. */
  isFull(sender: string, segments: number): boolean
  setStatus(record: MessageRecord, status: Status): void
  clear(): void
}

export interface DeliveryParts {
  readonly clock: SimClock
  readonly delays: Delays
  readonly queueSeconds: number
  readonly faults: Faults
  readonly store: MessageStore
  readonly callbacks: StatusCallbacks
  numberOf(phoneNumber: string): OwnedNumber | undefined
  readonly registrations: Registrations
}

interface Ending {
  readonly code: number
  readonly status: "failed" | "undelivered"
}

export const makeDelivery = (parts: DeliveryParts): Delivery => {
  const { callbacks, clock, delays, faults, store } = parts

  const rateOf = (sender: string) => {
    const number = parts.numberOf(sender)
    return number === undefined ? alphanumericSegmentsPerSecond : parts.registrations.segmentsPerSecond(number)
  }

  const setStatus = (record: MessageRecord, status: Status) => {
    const nowMillis = clock.nowMillis()
    record.status = status
    record.updatedAtMillis = nowMillis
    if (status === "sending") record.sendingAtMillis = nowMillis
    else if (status === "sent") record.sentAtMillis = nowMillis
    else if (status !== "queued") record.endedAtMillis = nowMillis
    callbacks.notify(record)
  }

  const end = (record: MessageRecord, { code, status }: Ending) => {
    record.errorCode = code
    record.errorMessage = deliveryMessage(code)
    setStatus(record, status)
  }

  /** Why it will not arrive: a fault, or a registration that the networks of the US and Canada ask for. */
  const endingOf = (record: MessageRecord): Ending | undefined => {
    const fault = faults.strike("message", { to: record.to, from: record.from, body: record.body }).find((effect) => effect.type === "fail")
    if (fault !== undefined) return { code: fault.code, status: fault.status ?? endStatus(fault.code) }
    const number = record.from === null ? undefined : parts.numberOf(record.from)
    const code = number === undefined || !isNorthAmerican(countryCodeOf(record.to)) ? undefined : parts.registrations.refuse(number, record.numSegments)
    return code === undefined ? undefined : { code, status: "undelivered" }
  }

  const leave = (record: MessageRecord): boolean => {
    if (record.status !== "queued") return false
    if (clock.nowMillis() > record.validUntilMillis) {
      end(record, { code: 30036, status: "failed" })
      return false
    }
    const ending = endingOf(record)
    setStatus(record, "sending")
    if (ending?.status === "failed") {
      clock.after(delays.sentMillis, () => end(record, ending))
      return true
    }
    clock.after(delays.sentMillis, () => setStatus(record, "sent"))
    clock.after(Math.max(delays.deliveredMillis, delays.sentMillis), () => {
      if (ending !== undefined) return end(record, ending)
      // First on the screen, then reported: whoever has heard of the delivery finds it there.
      store.arrive(record.to, record)
      setStatus(record, "delivered")
    })
    return true
  }

  const throughput = makeThroughput(clock, parts.queueSeconds, delays.queuedMillis, leave)

  return {
    queue: (record) => {
      const sender = record.from ?? ""
      throughput.enqueue(sender, record, () => rateOf(sender))
    },
    fail: (record, code) => end(record, { code, status: "failed" }),
    isFull: (sender, segments) => throughput.isFull(sender, segments, rateOf(sender)),
    setStatus,
    clear: () => throughput.clear()
  }
}

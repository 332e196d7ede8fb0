/** The simulated carrier without its HTTP: everything that its two APIs do. */
import type { AccountOptions, CarrierOptions, NumberOptions } from "./CarrierOptions.ts"
import { delaysOf } from "./CarrierOptions.ts"
import { createMessage, type Form } from "./CreateMessage.ts"
import { makeDelivery } from "./Delivery.ts"
import { makeFaults, type Faults } from "./Faults.ts"
import { inboundSegments, tellApplication, type InboundWebhook } from "./Inbound.ts"
import { InvalidControl } from "./InvalidControl.ts"
import { type HandsetFile, linked, received } from "./Media.ts"
import type { MessageRecord, MessageResource } from "./MessageResource.ts"
import { newRecord, toResource } from "./MessageResource.ts"
import { makeMessageStore, type MessageStore } from "./MessageStore.ts"
import type { OwnedNumber } from "./Numbers.ts"
import { makeOptOuts, type OptOuts } from "./OptOuts.ts"
import { makeRegistrations, type Registrations } from "./Registrations.ts"
import { newSid } from "./ResourceFormat.ts"
import { makeSenders, type Senders } from "./Senders.ts"
import { makeSimClock, type SimClock } from "./SimClock.ts"
import { makeStatusCallbacks, type StatusCallbacks } from "./StatusCallbacks.ts"
import type { TwimlReply } from "./Twiml.ts"
import { makeWebhooks, type Webhooks } from "./Webhooks.ts"

export interface InboundInput {
  readonly from: string
  readonly to: string
  readonly body: string
  /** Pictures and other files: as URLs, or as what the handset sends, which is then kept here and served with authentication. */
  readonly media?: ReadonlyArray<string | HandsetFile>
  /** Given again, the same text is told to the application again, and is on the handset once. */
  readonly messageSid?: string
  /** STOP, START or HELP: what Advanced Opt-Out would say. */
  readonly optOutType?: string
}

export interface InboundResult {
  readonly sid: string
  readonly message: MessageResource
  readonly webhook: InboundWebhook
}

export interface Carrier {
  readonly clock: SimClock
  readonly store: MessageStore
  readonly senders: Senders
  readonly faults: Faults
  readonly webhooks: Webhooks
  readonly callbacks: StatusCallbacks
  readonly optOuts: OptOuts
  readonly registrations: Registrations
  /** Countries that may not be texted. */
  readonly disabledCountries: ReadonlySet<string>
  /** How many senders a Messaging Service holds. */
  readonly poolLimit: number
  /** Throws `RestFailure`. */
  create(account: AccountOptions, form: Form): MessageRecord
  cancel(record: MessageRecord): void
  /** Fails with `InvalidControl`. */
  inbound(input: InboundInput): Promise<InboundResult>
  putNumber(options: NumberOptions): OwnedNumber
  /** Where its server listens, which is where its files are. */
  listensAt(url: string): void
  /** Forgets messages, faults, opt-outs, registrations and webhooks, and stops what is under way; numbers and Messaging Services stay. */
  reset(): void
  /** Nothing waits, moves or is being told. */
  isSettled(): boolean
}

export const makeCarrier = (options: CarrierOptions): Carrier => {
  let origin = ""
  const clock = makeSimClock()
  const store = makeMessageStore(options.keptMessages ?? 200_000, () => origin)
  const faults = makeFaults(options.seed ?? 1)
  const webhooks = makeWebhooks(options.keptWebhooks ?? 20_000)
  const optOuts = makeOptOuts(options.optOutHandling ?? "off")
  const senders = makeSenders(options, clock.nowMillis())
  const delays = delaysOf(options.delays)
  const callbacks = makeStatusCallbacks(clock, webhooks, faults, senders.accountOf)
  const registrations = makeRegistrations(clock, delays, senders.services.with)
  const delivery = makeDelivery({ clock, delays, queueSeconds: options.queueSeconds ?? 36_000, faults, store, callbacks, numberOf: senders.numberOf, registrations })
  const disabledCountries = new Set(options.disabledCountries)
  let inboundUnderWay = 0
  let life = 0

  /** A Messaging Service picks its sender after the create call was answered. */
  const resolveSender = (record: MessageRecord, segments: number) => {
    const service = senders.services.of(record.accountSid, record.messagingServiceSid ?? "")
    const sender = record.from ?? (service === undefined ? undefined : senders.services.choose(service, record.to))
    if (sender === undefined) return delivery.fail(record, 21612)
    record.from = sender
    record.numSegments = segments
    if (optOuts.blocks(record.to, sender, record.body, clock.nowMillis())) return delivery.fail(record, 21610)
    if (delivery.isFull(sender, segments)) return delivery.fail(record, 30001)
    delivery.setStatus(record, "queued")
    delivery.queue(record)
  }

  const create = (account: AccountOptions, form: Form): MessageRecord => {
    const nowMillis = clock.nowMillis()
    const { record, sendAtMillis } = createMessage(form, {
      account,
      nowMillis,
      disabledCountries,
      numberOf: senders.numberOf,
      serviceOf: (sid) => senders.services.of(account.sid, sid),
      isFull: delivery.isFull,
      optedOut: (to, from, body) => optOuts.blocks(to, from, body, nowMillis)
    })
    store.add(record)
    if (record.messagingServiceSid === null) delivery.queue(record)
    else {
      const segments = inboundSegments(record.body, record.media.length > 0 ? 1 : 0)
      const resolve = () => {
        if (record.status === "accepted" || record.status === "scheduled") resolveSender(record, segments)
      }
      clock.at(sendAtMillis ?? nowMillis + delays.acceptedMillis, resolve)
    }
    return record
  }

  const recordOf = (input: Omit<Parameters<typeof newRecord>[0], "numSegments">): MessageRecord =>
    newRecord({ ...input, numSegments: inboundSegments(input.body, input.media.length) }, clock.nowMillis())

  const reply = (inbound: MessageRecord, twiml: TwimlReply) => {
    const from = twiml.from ?? inbound.to
    const to = twiml.to ?? inbound.from ?? ""
    if (twiml.body === "" && twiml.mediaUrls.length === 0) return
    if (optOuts.blocks(to, from, twiml.body, clock.nowMillis())) return
    const { accountSid } = inbound
    const record = recordOf({ sid: newSid(twiml.mediaUrls.length > 0 ? "MM" : "SM"), accountSid, direction: "outbound-reply", to, from, body: twiml.body, status: "queued", media: linked(twiml.mediaUrls) })
    store.add(record)
    delivery.queue(record)
  }

  const receive = (input: InboundInput, number: OwnedNumber): MessageRecord => {
    const known = input.messageSid === undefined ? undefined : store.findAny(input.messageSid)
    if (known !== undefined) return known
    const media = received(input.media ?? [])
    const sid = input.messageSid ?? newSid(media.length > 0 ? "MM" : "SM")
    const { accountSid } = number
    const record = recordOf({ sid, accountSid, direction: "inbound", to: input.to, from: input.from, body: input.body, status: "received", media })
    record.sentAtMillis = record.createdAtMillis
    store.add(record)
    store.arrive(input.from, record)
    optOuts.hear(input.from, input.to, input.body, record.createdAtMillis)
    return record
  }

  const inbound = async (input: InboundInput): Promise<InboundResult> => {
    const number = senders.numberOf(input.to)
    const account = number === undefined ? undefined : senders.accountOf(number.accountSid)
    if (number === undefined || account === undefined) throw new InvalidControl({ message: `${input.to} is not a number of any account here; give it to numbers or POST /_sim/numbers first.` })
    const record = receive(input, number)
    const current = life
    inboundUnderWay++
    const webhook = await tellApplication(record, input.optOutType, {
      account,
      number,
      service: senders.services.with(number.phoneNumber),
      webhooks,
      faults,
      clock,
      origin,
      isCurrent: () => current === life,
      reply: (twiml) => {
        if (current === life) reply(record, twiml)
      }
    })
    if (current === life) inboundUnderWay--
    return { sid: record.sid, message: toResource(record), webhook }
  }

  return {
    clock,
    store,
    senders,
    faults,
    webhooks,
    callbacks,
    optOuts,
    registrations,
    disabledCountries,
    poolLimit: options.poolLimit ?? 400,
    create,
    cancel: (record) => delivery.setStatus(record, "canceled"),
    inbound,
    listensAt: (url) => {
      origin = url
    },
    putNumber: (each) => senders.putNumber(each, clock.nowMillis()),
    reset: () => {
      life++
      inboundUnderWay = 0
      clock.clear()
      webhooks.clear()
      callbacks.clear()
      delivery.clear()
      store.clear()
      faults.set([])
      optOuts.clear()
      registrations.clear()
      senders.services.unstick()
    },
    isSettled: () => store.unfinished() === 0 && callbacks.pending() === 0 && webhooks.underWay() === 0 && inboundUnderWay === 0
  }
}

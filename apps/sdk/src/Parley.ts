/** The client. */
import { AuditLog } from "./AuditLog.ts"
import { Availability } from "./Availability.ts"
import { Campaigns } from "./Campaigns.ts"
import { type EventParams, EventStream } from "./Events.ts"
import { Messages } from "./Messages.ts"
import { Numbers } from "./Numbers.ts"
import { OptOuts } from "./OptOuts.ts"
import { type ParleyOptions, type RequestOptions, settingsOf } from "./Options.ts"
import { OutboundSms } from "./OutboundSms.ts"
import { Registrations } from "./Registrations.ts"
import { ScheduledSends } from "./ScheduledSends.ts"
import { Sessions } from "./Sessions.ts"
import { Templates } from "./Templates.ts"
import { Transport } from "./Transport.ts"
import { Users } from "./Users.ts"

/**
 * A client of one connector. For back ends: an API key does not belong in a browser.
 * @example
 * ```ts
 * import { Parley, type Cluster, type ParleyOptions } from "@parley/sdk"
 *
 * const cluster: Cluster = "uk-1"
 * const options: ParleyOptions = { apiKey: "pk_demo", connectorId: "conn_demo", cluster, maxRetries: 5, timeout: 10_000 }
 * const client = new Parley(options)
 * console.log(Object.keys(client))
 * ```
 */
export class Parley {
  readonly #transport: Transport
  readonly outboundSms: OutboundSms
  readonly sessions: Sessions
  readonly messages: Messages
  readonly numbers: Numbers
  readonly optOuts: OptOuts
  readonly templates: Templates
  readonly scheduledSends: ScheduledSends
  readonly availability: Availability
  readonly campaigns: Campaigns
  readonly auditLog: AuditLog
  readonly registrations: Registrations
  readonly users: Users

  /** @throws ParleyError when the API key, the connector or the address is neither passed nor in the environment */
  constructor(options: ParleyOptions = {}) {
    const transport = new Transport(settingsOf(options))
    this.#transport = transport
    this.outboundSms = new OutboundSms(transport)
    this.sessions = new Sessions(transport)
    this.messages = new Messages(transport)
    this.numbers = new Numbers(transport)
    this.optOuts = new OptOuts(transport)
    this.templates = new Templates(transport)
    this.scheduledSends = new ScheduledSends(transport)
    this.availability = new Availability(transport)
    this.campaigns = new Campaigns(transport)
    this.auditLog = new AuditLog(transport)
    this.registrations = new Registrations(transport)
    this.users = new Users(transport)
  }

  /**
   * What happens in the project's conversations, as it happens. The project's file has to ask for events.
   * @param options `maxRetries`: how often in a row it may fail to come back; without end when absent
   * @example
   * ```ts
   * import type { MessageEvent, OptOutEvent, ParleyEvent, SessionEvent } from "@parley/sdk"
   *
   * const ofSession = ({ data, type }: SessionEvent) => `${type} ${data.id} ${data.state}`
   * const ofMessage = ({ data, type }: MessageEvent) => `${type} ${data.id} ${data.text}`
   * const ofOptOut = ({ data, type }: OptOutEvent) => `${type} ${data.source}`
   * const told = (event: ParleyEvent): string => {
   *   switch (event.type) {
   *     case "session.started":
   *     case "session.ended":
   *       return ofSession(event)
   *     case "message.sent":
   *       return ofMessage(event)
   *     case "opt_out.recorded":
   *       return ofOptOut(event)
   *     default:
   *       return event.type
   *   }
   * }
   * const stream = parley.events({ types: ["session.started", "message.sent"] })
   * const sending = setInterval(() => void parley.outboundSms.send({ message: "Shall we keep your table?", userNumber: "+15005550128" }), 500)
   * for await (const event of stream) {
   *   console.log(event.type, told(event))
   *   if (event.type === "message.sent") break
   * }
   * clearInterval(sending)
   * ```
   */
  events(params: EventParams = {}, options: RequestOptions = {}): EventStream {
    return new EventStream(this.#transport, params, options)
  }
}

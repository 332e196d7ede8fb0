/** The client. */
import { AuditLog } from "./AuditLog.ts"
import { Availability } from "./Availability.ts"
import { Campaigns } from "./Campaigns.ts"
import { Messages } from "./Messages.ts"
import { Numbers } from "./Numbers.ts"
import { OptOuts } from "./OptOuts.ts"
import { type ParleyOptions, settingsOf } from "./Options.ts"
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
}

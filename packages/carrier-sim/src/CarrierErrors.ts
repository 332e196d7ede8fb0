/** Twilio's error codes as the simulator uses them: the HTTP status and the sentence of those that a request meets, the sentence of those that a message meets later. */

/** The body of every error answer. */
export interface ErrorBody {
  readonly code: number
  readonly message: string
  readonly more_info: string
  readonly status: number
}

/** A refused request: what the caller reads, with the HTTP status in it. */
export class RestFailure {
  readonly body: ErrorBody
  constructor(body: ErrorBody) {
    this.body = body
  }
}

interface Entry {
  readonly status: number
  readonly message: string
}

const requests: Record<number, Entry> = {
  20001: { status: 400, message: "Unable to read the request" },
  20003: { status: 401, message: "Authenticate" },
  20004: { status: 405, message: "Method not allowed" },
  20009: { status: 409, message: "Cannot delete this resource before it has completed" },
  20404: { status: 404, message: "The requested resource was not found" },
  20429: { status: 429, message: "Too Many Requests" },
  20500: { status: 500, message: "An internal server error has occurred" },
  20503: { status: 503, message: "Service is temporarily unavailable. Please try again later." },
  21211: { status: 400, message: "Invalid 'To' Phone Number" },
  21212: { status: 400, message: "Invalid 'From' Number" },
  21266: { status: 400, message: "'To' and 'From' number cannot be the same" },
  21408: { status: 400, message: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number" },
  21421: { status: 400, message: "PhoneNumber is invalid" },
  21422: { status: 400, message: "PhoneNumber is not available" },
  21452: { status: 400, message: "No phone numbers found in area code" },
  21502: { status: 400, message: "Invalid URL" },
  21602: { status: 400, message: "Message body is required." },
  21603: { status: 400, message: "A 'From' phone number is required." },
  21604: { status: 400, message: "A 'To' phone number is required." },
  21606: { status: 400, message: "The 'From' phone number provided is not a valid message-capable Twilio phone number for this destination/account" },
  21608: { status: 400, message: "The 'To' number is unverified. Trial accounts cannot send messages to unverified numbers" },
  21609: { status: 400, message: "Invalid 'StatusCallback' URL" },
  21610: { status: 400, message: "Attempt to send to unsubscribed recipient" },
  21611: { status: 400, message: "This 'From' number has exceeded the maximum number of queued messages" },
  21612: { status: 400, message: "Message cannot be sent with the current combination of 'To' and/or 'From' parameters" },
  21614: { status: 400, message: "'To' number is not a valid mobile number" },
  21617: { status: 400, message: "The concatenated message body exceeds the 1600 character limit" },
  21620: { status: 400, message: "Invalid media URL(s)" },
  21623: { status: 400, message: "Number of media files exceeds allowed limit" },
  21659: { status: 400, message: "'From' is not a Twilio phone number or Short Code country mismatch" },
  21660: { status: 400, message: "Mismatch between the 'From' number and the account" },
  21704: { status: 400, message: "The Messaging Service contains no phone numbers" },
  21705: { status: 400, message: "The Messaging Service Sid is invalid" },
  21710: { status: 409, message: "Phone Number or Short Code is already in the Messaging Service." },
  21712: { status: 409, message: "Phone Number or Short Code is associated with another Messaging Service." },
  21713: { status: 400, message: "Messaging Service Use Case is Invalid" },
  21714: { status: 412, message: "Messaging Service Number Pool size limit reached" },
  21717: { status: 400, message: "Brand Registration SID for US A2P Campaign Use Case is Not Registered or Not Valid" },
  21720: { status: 400, message: "A2P Use Case is Invalid" },
  21727: { status: 400, message: "Campaign registration failed due to missing parameter(s)" },
  21728: { status: 400, message: "Campaign registration failed due to length validation failures" },
  30409: { status: 400, message: "This message cannot be canceled" },
  35114: { status: 400, message: "Scheduling does not support this timestamp" }
}

const deliveries: Record<number, string> = {
  30001: "Queue overflow",
  30002: "Account suspended",
  30003: "Unreachable destination handset",
  30004: "Message blocked",
  30005: "Unknown destination handset",
  30006: "Landline or unreachable carrier",
  30007: "Message filtered",
  30008: "Unknown error",
  30017: "Carrier network congestion",
  30022: "US A2P 10DLC - Rate Limits Exceeded",
  30023: "US A2P 10DLC - Daily Message Cap Reached",
  30027: "US A2P 10DLC - T-Mobile Daily Message Limit Reached",
  30032: "Toll-Free Number Has Not Been Verified",
  30033: "US A2P 10DLC - Campaign Suspended",
  30034: "US A2P 10DLC - Message from an Unregistered Number",
  30035: "US A2P 10DLC - Message from a Number Still Being Configured",
  30036: "Validity Period Expired",
  30410: "Provider Timeout Error",
  30450: "Message delivery blocked (SMS Pumping Protection)",
  63038: "Account exceeded the daily messages limit"
}

/** An error answer. `detail` replaces the table's sentence; an unknown code is a 400. */
export const restFailure = (code: number, detail?: string, status?: number): RestFailure => {
  const entry = requests[code] ?? { status: 400, message: deliveries[code] ?? `Error ${code}` }
  return new RestFailure({
    code,
    message: detail ?? entry.message,
    more_info: `https://www.twilio.com/docs/errors/${code}`,
    status: status ?? entry.status
  })
}

/** There is nothing at this path, or under this SID. */
export const notFound = (wanted: string): RestFailure => restFailure(20404, `The requested resource ${wanted} was not found`)

/** The sentence of an error that ends a message, shown as `error_message`. */
export const deliveryMessage = (code: number): string => deliveries[code] ?? requests[code]?.message ?? `Error ${code}`

/** Errors that Twilio itself raises before anything goes out: the message ends `failed`. All others come back from the carrier: `undelivered`. */
const failing = new Set([30001, 30002, 30036, 30450, 63038, 21610, 21611, 21612])

export const endStatus = (code: number): "failed" | "undelivered" => (failing.has(code) ? "failed" : "undelivered")

/** One signed request to an application: connect, send, read, within its times. */
import { request as httpRequest, Agent as HttpAgent } from "node:http"
import { request as httpsRequest, Agent as HttpsAgent } from "node:https"
import type { FailureClass } from "./ConnectionOverrides.ts"
import { makeOriginGate } from "./OriginGate.ts"
import { encodeForm, sign, withoutFragment, type FormParams } from "./Signature.ts"

/** A connection of its own for each request, so that a refused or broken one is never the fault of an earlier request. */
const httpAgent = new HttpAgent({ keepAlive: false })
const httpsAgent = new HttpsAgent({ keepAlive: false })

const gate = makeOriginGate()

const longestAnswer = 256 * 1024
const mostRedirects = 5

export interface CallInput {
  readonly url: string
  readonly method: "GET" | "POST"
  readonly params: FormParams
  readonly authToken: string
  readonly idempotencyToken: string
  readonly connectTimeoutMillis: number
  readonly readTimeoutMillis: number
  readonly signal: AbortSignal
}

export interface Answered {
  readonly _tag: "Answered"
  readonly status: number
  readonly contentType: string
  readonly body: string
}

export interface Unanswered {
  readonly _tag: "Unanswered"
  readonly failure: FailureClass
  readonly error: string
}

export type CallOutcome = Answered | Unanswered

interface Once extends CallInput {
  readonly redirects: number
}

const target = (input: CallInput): { readonly url: string; readonly body: string } => {
  const url = withoutFragment(input.url)
  if (input.method === "POST") return { url, body: encodeForm(input.params) }
  const query = encodeForm(input.params)
  return { url: query === "" ? url : url + (url.includes("?") ? "&" : "?") + query, body: "" }
}

const once = (input: Once): Promise<CallOutcome | { readonly _tag: "Moved"; readonly location: string; readonly keepsMethod: boolean }> =>
  new Promise((resolve) => {
    const { url, body } = target(input)
    if (!URL.canParse(url)) return resolve({ _tag: "Unanswered", failure: "ct", error: `not a URL: ${url}` })
    const secure = url.toLowerCase().startsWith("https:")
    const request = (secure ? httpsRequest : httpRequest)(url, {
      agent: secure ? httpsAgent : httpAgent,
      method: input.method,
      signal: input.signal,
      headers: {
        accept: "*/*",
        "user-agent": "TwilioProxy/1.1",
        "x-twilio-signature": sign(input.authToken, url, input.method === "POST" ? input.params : {}),
        "i-twilio-idempotency-token": input.idempotencyToken,
        ...(input.method === "POST"
          ? { "content-type": "application/x-www-form-urlencoded; charset=UTF-8", "content-length": Buffer.byteLength(body) }
          : {})
      }
    })
    let connected = false
    let timer: NodeJS.Timeout | undefined
    const finish = (outcome: Parameters<typeof resolve>[0]) => {
      clearTimeout(timer)
      resolve(outcome)
      request.destroy()
    }
    const waitForBytes = () => {
      connected = true
      clearTimeout(timer)
      timer = setTimeout(() => finish({ _tag: "Unanswered", failure: "rt", error: "read timeout" }), input.readTimeoutMillis)
    }
    request.on("socket", (socket) => {
      timer = setTimeout(() => finish({ _tag: "Unanswered", failure: "ct", error: "connect timeout" }), input.connectTimeoutMillis)
      socket.once(secure ? "secureConnect" : "connect", waitForBytes)
    })
    request.on("error", (error: NodeJS.ErrnoException) =>
      finish({ _tag: "Unanswered", failure: connected ? "rt" : "ct", error: error.code ?? error.message })
    )
    request.on("response", (response) => {
      const status = response.statusCode ?? 0
      const location = response.headers.location
      if (status >= 300 && status < 400 && location !== undefined && input.redirects < mostRedirects && URL.canParse(location, url)) {
        response.resume()
        return finish({ _tag: "Moved", location: new URL(location, url).href, keepsMethod: status === 307 || status === 308 })
      }
      let read = 0
      const chunks: Array<Buffer> = []
      response.on("data", (chunk: Buffer) => {
        read += chunk.length
        if (read <= longestAnswer) chunks.push(chunk)
      })
      response.on("error", () => finish({ _tag: "Unanswered", failure: "rt", error: "connection closed in the middle of the answer" }))
      response.on("end", () =>
        finish({ _tag: "Answered", status, contentType: response.headers["content-type"] ?? "", body: Buffer.concat(chunks).toString("utf8") })
      )
    })
    request.end(body)
  })

/** Never rejects. A 301, 302 or 303 is followed as a GET without the form, as Twilio does; a 307 or 308 keeps both. */
export const callWebhook = async (input: CallInput): Promise<CallOutcome> => {
  let current: Once = { ...input, redirects: 0 }
  for (;;) {
    const call = current
    const outcome = await gate.pass(/^[^/]*\/\/[^/?#]*/u.exec(call.url)?.[0] ?? "", () => once(call))
    if (outcome._tag !== "Moved") return outcome
    const redirects = current.redirects + 1
    current = outcome.keepsMethod
      ? { ...current, url: outcome.location, redirects }
      : { ...current, url: outcome.location, method: "GET", params: {}, redirects }
  }
}

/**
 * The seam of Twilio's own package, on Node's HTTP: another host, a deadline, kept connections, and an answer to the one question
 * that matters after a failure: can anything have left this machine?
 */
import { Data, Duration } from "effect"
import { AsyncLocalStorage } from "node:async_hooks"
import { Buffer } from "node:buffer"
import * as Http from "node:http"
import * as Https from "node:https"
import type { ErrorAnswer } from "./TwilioErrors.ts"

/**
 * `NotSent`: the connection was never made, or (`isWithheld`) the request was not allowed to leave any more, so Twilio knows nothing of the request. `NoAnswer`: bytes may have left, and no usable answer
 * came back. `Answered`: an HTTP answer other than 2xx. `detail`: the rest of a sentence that begins with "Twilio", without secrets.
 */
export type CallFailure =
  | { readonly _tag: "NotSent"; readonly isWithheld: boolean; readonly detail: string }
  | { readonly _tag: "NoAnswer"; readonly detail: string }
  | ({ readonly _tag: "Answered" } & ErrorAnswer)

/** What a call of the package is rejected with. */
export class TwilioCallFailed extends Data.TaggedError("TwilioCallFailed")<{ readonly reason: CallFailure }> {}

export interface HttpOptions {
  /** Scheme, host and perhaps a path to put before every request, in place of `https://api.twilio.com` and its siblings. Null: Twilio's own. */
  readonly baseUrl: URL | null
  /** For a whole call, from the wait for a connection to the last byte. */
  readonly timeout: Duration.Duration
}

/** As Twilio's documentation of `httpClient` describes it: only what the package fills in. */
export interface PackageRequest {
  readonly method: string
  readonly uri: string
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly params?: object | undefined
  readonly data?: unknown
}

export interface PackageResponse {
  readonly statusCode: number
  readonly body: unknown
  readonly headers: Http.IncomingHttpHeaders
}

export interface TwilioHttpClient {
  readonly request: (request: PackageRequest) => Promise<PackageResponse>
  /** How far Twilio's clock is ahead of this machine's, in milliseconds, by the last answer's `Date`; 0 before the first. */
  readonly aheadMillis: () => number
  /** Closes the kept connections. */
  readonly close: () => void
}

/** A page of a hundred texts is at most about 1.2 MB. */
const maxAnswerBytes = 4 * 1024 * 1024
/** Connections to one host; pacing, not this, limits the rate. At 200 ms a call it carries 320 calls a second. */
const maxConnections = 64
/** An idle connection is dropped before servers and load balancers (60 s is usual) drop it, which would leave a call without an answer. */
const idleMillis = 20_000

const encode = (fields: object | undefined): string => {
  const encoded = new URLSearchParams()
  for (const [name, value] of Object.entries(fields ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null) encoded.append(name, String(one))
    }
  }
  return encoded.toString()
}

const target = (request: PackageRequest, baseUrl: URL | null): URL => {
  const asked = new URL(request.uri)
  const url = baseUrl === null ? asked : new URL(baseUrl.pathname.replace(/\/+$/u, "") + asked.pathname + asked.search, baseUrl)
  const query = encode(request.params)
  if (query !== "") url.search = url.search === "" ? query : `${url.search.slice(1)}&${query}`
  return url
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value)

/** Seconds, or null: Twilio sends no dates here. */
const retryAfterOf = (headers: Http.IncomingHttpHeaders): Duration.Duration | null => {
  const seconds = headers["retry-after"]
  return seconds !== undefined && /^\d{1,5}$/u.test(seconds) ? Duration.seconds(Number(seconds)) : null
}

const one = (header: string | Array<string> | undefined): string | null => typeof header === "string" ? header : null

const errorAnswer = (status: number, headers: Http.IncomingHttpHeaders, body: unknown): ErrorAnswer => ({
  status,
  code: isRecord(body) && (typeof body["code"] === "number" || typeof body["code"] === "string") ? String(body["code"]) : null,
  said: isRecord(body) && typeof body["message"] === "string" ? body["message"] : null,
  retryAfter: retryAfterOf(headers),
  requestId: one(headers["twilio-request-id"])
})

const causeOf = (error: Error): string => "code" in error && typeof error.code === "string" ? error.code : "no code"

const condition = new AsyncLocalStorage<() => boolean>()

/** Runs calls of the package whose requests leave only if `mayLeave` says so in that very moment; otherwise they are withheld. */
export const leavingIf = <A>(mayLeave: () => boolean, call: () => Promise<A>): Promise<A> => condition.run(mayLeave, call)

export const make = (options: HttpOptions): TwilioHttpClient => {
  const pool = { keepAlive: true, maxSockets: maxConnections, timeout: idleMillis }
  const agents = { http: new Http.Agent(pool), https: new Https.Agent(pool) }
  const timeoutMillis = Duration.toMillis(options.timeout)
  let aheadMillis = 0
  const compareClocks = (date: string | undefined) => {
    const theirs = Date.parse(date ?? "")
    if (!Number.isNaN(theirs)) aheadMillis = theirs - Date.now()
  }

  const request = (asked: PackageRequest): Promise<PackageResponse> =>
    new Promise((resolve, reject) => {
      const url = target(asked, options.baseUrl)
      const secure = url.protocol === "https:"
      const body = asked.data === undefined ? "" : encode(Object(asked.data))
      const headers: Record<string, string | number> = { ...asked.headers }
      if (asked.username !== undefined && asked.password !== undefined) {
        headers["Authorization"] = `Basic ${Buffer.from(`${asked.username}:${asked.password}`).toString("base64")}`
      }
      if (body !== "") headers["Content-Length"] = Buffer.byteLength(body)
      const mayLeave = condition.getStore() ?? (() => true)
      const method = asked.method.toUpperCase()
      const call = secure
        ? Https.request(url, { method, headers, agent: agents.https })
        : Http.request(url, { method, headers, agent: agents.http })

      let mayHaveLeft = false
      const fail = (reason: CallFailure) => {
        clearTimeout(deadline)
        reject(new TwilioCallFailed({ reason }))
      }
      const broken = (detail: string) => {
        fail(mayHaveLeft ? { _tag: "NoAnswer", detail } : { _tag: "NotSent", isWithheld: false, detail })
        call.destroy()
      }
      const deadline = setTimeout(() => broken(mayHaveLeft ? "did not answer in time" : "could not be reached in time"), timeoutMillis)

      // Nothing is written before the connection stands, so that no time passes between this question and the bytes.
      const leave = () => {
        if (!mayLeave()) {
          fail({ _tag: "NotSent", isWithheld: true, detail: "was not called any more" })
          return void call.destroy()
        }
        mayHaveLeft = true
        call.end(body)
      }
      call.on("socket", (socket) => {
        if (call.reusedSocket || !socket.connecting) leave()
        else socket.once(secure ? "secureConnect" : "connect", leave)
      })
      call.on("error", (error) => broken(mayHaveLeft ? `broke the connection before its answer (${causeOf(error)})` : `could not be reached (${causeOf(error)})`))
      call.on("response", (answer) => {
        const status = answer.statusCode ?? 0
        compareClocks(answer.headers.date)
        const chunks: Array<Buffer> = []
        let bytes = 0
        answer.on("data", (chunk: Buffer) => {
          bytes += chunk.length
          if (bytes > maxAnswerBytes) broken(`answered with more than ${maxAnswerBytes} bytes`)
          else chunks.push(chunk)
        })
        answer.on("error", (error) => broken(`broke off its answer (HTTP ${status}, ${causeOf(error)})`))
        answer.on("end", () => {
          if (!answer.complete) return broken(`broke off its answer (HTTP ${status})`)
          const parsed = parse(Buffer.concat(chunks).toString("utf8"))
          if (status < 200 || status > 299) return fail({ _tag: "Answered", ...errorAnswer(status, answer.headers, parsed) })
          if (!isRecord(parsed) && status !== 204) return broken(`answered HTTP ${status} with something other than a JSON object`)
          clearTimeout(deadline)
          resolve({ statusCode: status, body: parsed, headers: answer.headers })
        })
      })
    })

  return {
    request,
    aheadMillis: () => aheadMillis,
    close: () => {
      agents.http.destroy()
      agents.https.destroy()
    }
  }
}

/** One POST to a host that a project chose: to a permitted address only, without redirects, and with a bounded answer. */
import * as dns from "node:dns/promises"
import * as http from "node:http"
import * as https from "node:https"
import { isIP, type LookupFunction } from "node:net"
import { Duration, Effect } from "effect"
import { AgentFailure } from "@parley/core/ports/Agent"
import { guard, type Permitted, reachOf } from "./AddressGuard.ts"

/** All addresses of a host. May fail with Node's system errors. */
export type Resolve = (hostname: string) => Promise<ReadonlyArray<string>>

const resolveBySystem: Resolve = async (hostname) => (await dns.lookup(hostname, { all: true })).map(({ address }) => address)

export interface PostOptions extends Permitted {
  /** Default: the system's resolver. */
  readonly resolve?: Resolve
}

export interface Post {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The longest answer that is read, in bytes. */
  readonly maxBytes: number
  /** From the resolution of the host to the last byte of the answer. */
  readonly timeout: Duration.Duration
  /** How many bytes of an error (a 4xx or 5xx) are read for whoever understands them. Missing: none, and an error fails the call as it is. */
  readonly errorBytes?: number
  /** The status is all that is asked for, whichever it is but a redirect. What comes with it is read for the connection's sake, up to `maxBytes`, and means nothing. */
  readonly isStatusEnough?: boolean
}

export interface Posted {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: Uint8Array
}

type Phase = "connecting" | "waiting" | "reading"

const lateAt: Record<Phase, string> = {
  connecting: "the connection was not made",
  waiting: "no answer began",
  reading: "the answer did not end"
}

const failure = (reason: AgentFailure["reason"], detail: string) => new AgentFailure({ reason, detail })

/** Carries the guard's refusal through Node's `lookup`, whose failures are errors. */
class Refusal extends Error {
  readonly failure: AgentFailure
  constructor(failure: AgentFailure) {
    super(failure.detail)
    this.failure = failure
  }
}

const codeOf = (error: Error): string => "code" in error && typeof error.code === "string" ? error.code : "no code"

const asFailure = (error: Error, host: string, isReading: boolean): AgentFailure => {
  if (error instanceof Refusal) return error.failure
  const code = codeOf(error)
  if (code.startsWith("HPE_")) return failure("invalid_answer", `${host} does not answer in HTTP (${code}).`)
  return failure("unreachable", isReading ? `The connection to ${host} broke within the answer (${code}).` : `${host} cannot be reached (${code}).`)
}

/**
 * Makes the call, within its time-out. The addresses of a host are judged at the moment of connecting and handed to the socket themselves, so that no second
 * resolution can bring others; a kept connection stays with the address that was judged. Interruption closes the connection.
 */
export const make = Effect.fnUntraced(function*(options: PostOptions) {
  const isForbidden = guard(options)
  const resolve = options.resolve ?? resolveBySystem
  const plain = yield* keptAlive(new http.Agent({ keepAlive: true, maxFreeSockets: 32 }))
  const secure = yield* keptAlive(new https.Agent({ keepAlive: true, maxFreeSockets: 32 }))

  const judge = (host: string, protocol: string, addresses: ReadonlyArray<string>): AgentFailure | undefined => {
    if (addresses.some(isForbidden)) return failure("misconfigured", `${host} is at an address that the gateway may not call (${reachOf(addresses.find(isForbidden) ?? host)}).`)
    if (protocol === "http:" && addresses.some((address) => reachOf(address) === "public")) {
      return failure("misconfigured", `${host} is on the public Internet: its URL must begin with https.`)
    }
    return undefined
  }

  const lookup = (protocol: string): LookupFunction => (hostname, { all, family }, callback) => {
    resolve(hostname).then((found) => {
      const refused = judge(hostname, protocol, found)
      if (refused !== undefined) return callback(new Refusal(refused), "", 0)
      const addresses = found.map((address) => ({ address, family: isIP(address) })).filter((one) => family === 4 || family === 6 ? one.family === family : true)
      const [first] = addresses
      if (first === undefined) return callback(Object.assign(new Error("no address"), { code: "ENOTFOUND" }), "", 0)
      return all === true ? callback(null, addresses) : callback(null, first.address, first.family)
    }, (error: unknown) => callback(error instanceof Error ? error : new Error("the resolver failed"), "", 0))
  }
  const lookups = { http: lookup("http:"), https: lookup("https:") }

  const post = ({ body, errorBytes, headers, isStatusEnough = false, maxBytes, url }: Post, onPhase: (phase: Phase) => void): Effect.Effect<Posted, AgentFailure> =>
    Effect.callback((resume) => {
      const literal = url.hostname.replace(/^\[|\]$/gu, "")
      // Node calls `lookup` for names only.
      const refused = isIP(literal) === 0 ? undefined : judge(literal, url.protocol, [literal])
      if (refused !== undefined) return resume(Effect.fail(refused))

      const isSecure = url.protocol === "https:"
      const request = (isSecure ? https : http).request(url, {
        method: "POST",
        agent: isSecure ? secure : plain,
        lookup: isSecure ? lookups.https : lookups.http,
        headers: { ...headers, "content-length": Buffer.byteLength(body), "accept-encoding": "identity" }
      })
      let isReading = false
      let isOver = false
      const end = (result: Effect.Effect<Posted, AgentFailure>) => {
        if (isOver) return
        isOver = true
        resume(result)
        request.destroy()
      }
      const broken = (error: Error) => end(Effect.fail(asFailure(error, url.host, isReading)))
      const tooLong = () => end(Effect.fail(failure("invalid_answer", `The answer of ${url.host} is longer than ${maxBytes} bytes.`)))

      onPhase("connecting")
      request.once("socket", (socket) => socket.connecting ? socket.once(isSecure ? "secureConnect" : "connect", () => onPhase("waiting")) : onPhase("waiting"))
      request.on("error", broken)
      // Whatever ends without an error, such as an unasked-for upgrade.
      request.once("close", () => broken(new Error("closed without an answer")))
      request.once("response", (response) => {
        const status = response.statusCode ?? 0
        isReading = true
        onPhase("reading")
        response.on("error", broken)
        if (status >= 300 && status < 400) return end(Effect.fail(failure("refused", `${url.host} answered ${status}; redirects are not followed.`)))
        const isError = !isStatusEnough && (status < 200 || status > 299)
        if (isError && errorBytes === undefined) return end(Effect.fail(failure("refused", `${url.host} answered ${status}.`)))
        const coding = response.headers["content-encoding"] ?? "identity"
        if (!isError && !isStatusEnough && coding !== "identity") return end(Effect.fail(failure("invalid_answer", `The answer of ${url.host} is compressed; it was asked for as it is.`)))
        if (!isError && !isStatusEnough && Number(response.headers["content-length"] ?? 0) > maxBytes) return tooLong()
        const chunks: Array<Uint8Array> = []
        let bytes = 0
        const posted = (): Effect.Effect<Posted> => Effect.succeed({ status, headers: response.headers, body: Buffer.concat(chunks) })
        response.on("data", (chunk: Uint8Array) => {
          bytes += chunk.byteLength
          if (!isError && bytes > maxBytes) return isStatusEnough ? end(posted()) : tooLong()
          chunks.push(chunk)
          // The rest of an error is of no use: what came of it is enough to tell by.
          if (isError && bytes > (errorBytes ?? 0)) end(posted())
        })
        response.once("end", () => {
          if (isOver) return
          isOver = true
          resume(posted())
        })
      })
      request.end(body)
      return Effect.sync(() => request.destroy())
    })

  return (call: Post): Effect.Effect<Posted, AgentFailure> =>
    Effect.suspend(() => {
      let phase: Phase = "connecting"
      return post(call, (next) => {
        phase = next
      }).pipe(Effect.timeoutOrElse({
        duration: call.timeout,
        orElse: () => Effect.fail(failure("timeout", `${call.url.host} took more than ${Duration.format(call.timeout)}: ${lateAt[phase]}.`))
      }))
    })
})

const keptAlive = <A extends http.Agent>(agent: A) => Effect.acquireRelease(Effect.succeed(agent), (agent) => Effect.sync(() => agent.destroy()))

/** The files that users send, out of Twilio's store: with the account's credentials, from Twilio's hosts alone, as a stream with an end. */
import * as Http from "node:http"
import * as Https from "node:https"
import { type LookupFunction, isIP } from "node:net"
import * as dns from "node:dns/promises"
import { Duration, Effect, Layer, Redacted, Stream } from "effect"
import type { CarrierFile } from "@parley/core/ports/MediaSource"
import { largestFileBytes, MediaFailure, MediaSource } from "@parley/core/ports/MediaSource"
import { type AccountFor, login } from "./TwilioAccount.ts"
import { fileAddress, redirected } from "./TwilioMediaUrl.ts"

/** All addresses of a host. May fail with Node's system errors. */
export type Resolve = (hostname: string) => Promise<ReadonlyArray<string>>

const resolveBySystem: Resolve = async (hostname) => (await dns.lookup(hostname, { all: true })).map(({ address }) => address)

export interface TwilioMediaOptions {
  readonly accountFor: AccountFor
  /** In place of Twilio's own address: a simulator or a proxy. */
  readonly baseUrl?: URL | null
  /** Whether no file is fetched from this address (an IP), however its host is called. Not asked about `baseUrl`, which the operator has chosen. */
  readonly isForbidden: (ip: string) => boolean
  /** Default: the system's resolver. */
  readonly resolve?: Resolve
  /** From the call to the first byte of the file. Default 10 s. */
  readonly answerWithin?: Duration.Duration
  /** For the whole file. Default 60 s. */
  readonly endWithin?: Duration.Duration
}

/** Twilio redirects once; its host of files may once more. */
const mostRedirects = 2

const failure = (reason: MediaFailure["reason"], detail: string) => new MediaFailure({ reason, detail })

const tooLarge = failure("too_large", `The file is larger than ${largestFileBytes / 1024 / 1024} MB.`)

const ofStatus = (status: number): MediaFailure =>
  status === 404 || status === 410
    ? failure("gone", "Twilio does not have the file any more.")
    : status === 429 || status === 408 || status >= 500
    ? failure("not_now", `Twilio answered HTTP ${status} when asked for a file.`)
    : failure("refused", `Twilio answered HTTP ${status} when asked for a file: check the account's SID, and its auth token or API key.`)

/** Carries a refusal through Node's `lookup`, whose failures are errors. */
class Forbidden extends Error {}

const broken = (error: unknown): MediaFailure =>
  error instanceof Forbidden
    ? failure("refused", "The host of the file is at an address that the gateway may not call.")
    : failure("not_now", `The connection for a file broke (${error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "no code"}).`)

/** Resolves a host, and judges what comes of it at the moment of connecting, so that no second resolution can bring another address. */
const judged = (isForbidden: (ip: string) => boolean, resolve: Resolve): LookupFunction => (hostname, { all }, callback) => {
  resolve(hostname).then((found) => {
    const [first] = found
    if (first === undefined || found.some(isForbidden)) return callback(new Forbidden(), "", 0)
    return all === true ? callback(null, found.map((address) => ({ address, family: isIP(address) }))) : callback(null, first, isIP(first))
  }, (error: unknown) => callback(error instanceof Error ? error : new Error("the resolver failed"), "", 0))
}

/** The start of an answer; its connection ends with the scope. */
const ask = (url: URL, authorization: string | null, lookup: LookupFunction | undefined) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      (url.protocol === "https:" ? Https : Http).request(url, {
        headers: { ...(authorization === null ? {} : { authorization }), "accept-encoding": "identity" },
        ...(lookup === undefined ? {} : { lookup })
      })),
    (request) => Effect.sync(() => request.destroy())
  ).pipe(
    Effect.flatMap((request) =>
      Effect.callback<Http.IncomingMessage, MediaFailure>((resume) => {
        request.on("error", (error) => resume(Effect.fail(broken(error))))
        request.once("close", () => resume(Effect.fail(broken(undefined))))
        request.once("response", (response) => {
          // Whoever reads it is told; nobody has to.
          response.on("error", () => {})
          resume(Effect.succeed(response))
        })
        request.end()
      })
    )
  )

const lengthOf = (response: Http.IncomingMessage): number | null => {
  const length = response.headers["content-length"]
  return length !== undefined && /^\d{1,15}$/u.test(length) ? Number(length) : null
}

/** The bytes, cut off where they are more than any file may have. */
const contentOf = (response: Http.IncomingMessage): Stream.Stream<Uint8Array, MediaFailure> =>
  Stream.fromAsyncIterable<Uint8Array, MediaFailure>(response, broken).pipe(
    Stream.mapAccumEffect(() => 0, (before, bytes) => {
      const sum = before + bytes.length
      return sum > largestFileBytes ? Effect.fail(tooLarge) : Effect.succeed([sum, [bytes]] as const)
    })
  )

export const layer = (options: TwilioMediaOptions): Layer.Layer<MediaSource> => {
  const { baseUrl = null } = options
  const lookup = judged(options.isForbidden, options.resolve ?? resolveBySystem)

  const credentials = Effect.fnUntraced(function*({ projectId }: CarrierFile) {
    const account = yield* options.accountFor(projectId).pipe(
      Effect.catchTags({
        NoTwilioAccount: ({ detail }) => failure("refused", detail),
        StoreFailure: () => failure("not_now", "The Twilio account of the project could not be read from the store.")
      })
    )
    const user = login(account)
    if (user === null) return yield* failure("refused", "The Twilio account has nothing to log in with: set its auth token or an API key.")
    return { accountSid: account.accountSid, basic: `Basic ${Buffer.from(`${user.username}:${Redacted.value(user.password)}`).toString("base64")}` }
  })

  const follow = Effect.fnUntraced(function*(file: CarrierFile) {
    const { accountSid, basic } = yield* credentials(file)
    const first = fileAddress(file.url, { accountSid, messageSid: file.carrierId }, baseUrl)
    if (first === undefined) return yield* failure("refused", "The address of the file is not one of this text at Twilio: nothing was asked.")
    let url = first
    for (let redirects = 0;; redirects++) {
      const isOperators = baseUrl !== null && url.origin === baseUrl.origin
      // Node calls `lookup` for names only.
      if (!isOperators && isIP(url.hostname.replace(/^\[|\]$/gu, "")) !== 0) return yield* broken(new Forbidden())
      const response = yield* ask(url, redirects === 0 ? basic : null, isOperators ? undefined : lookup)
      const status = response.statusCode ?? 0
      if (status === 200) return response
      if (status < 300 || status > 399) return yield* ofStatus(status)
      const next = redirected(response.headers.location, url, baseUrl)
      if (next === undefined || redirects === mostRedirects) return yield* failure("refused", "Twilio's answer leads to a host that is none of Twilio's: it was not asked.")
      url = next
    }
  })

  return Layer.succeed(MediaSource, MediaSource.of({
    open: Effect.fn("TwilioMedia.open")(function*(file) {
      const response = yield* follow(file).pipe(
        Effect.timeoutOrElse({ duration: options.answerWithin ?? Duration.seconds(10), orElse: () => failure("not_now", "Twilio did not answer in time when asked for a file.") })
      )
      if ((response.headers["content-encoding"] ?? "identity") !== "identity") return yield* failure("refused", "Twilio answered with a compressed file; it was asked for as it is.")
      const sizeBytes = lengthOf(response)
      if (sizeBytes !== null && sizeBytes > largestFileBytes) return yield* tooLarge
      const late = Object.assign(new Error("the file did not end in time"), { code: "ETIMEDOUT" })
      yield* Effect.forkScoped(Effect.andThen(Effect.sleep(options.endWithin ?? Duration.seconds(60)), Effect.sync(() => response.destroy(late))))
      return { contentType: response.headers["content-type"] ?? null, sizeBytes, content: contentOf(response) }
    })
  }))
}

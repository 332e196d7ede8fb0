/**
 * Twilio's webhooks: `POST /twilio/{project}/{environment}/sms` for texts of users, `…/status` for the progress of ours.
 * The answer comes after the handler's commit, so what was answered with 200 is kept, and everything else may be sent again.
 */
import { ByteSize, Context, DateTime, Effect, Option, Result, Schema } from "effect"
import type { Layer } from "effect"
import { HttpIncomingMessage, HttpRouter, HttpServerRequest, HttpServerResponse, ProblemDetails } from "effect/http"
import type { StoreFailure } from "@parley/core/ports/Store"
import { Environment } from "@parley/schema/Environment"
import { ProjectId } from "@parley/schema/Ids"
import type { AccountFor, TwilioAccount } from "./TwilioAccount.ts"
import { isSigned } from "./TwilioSignature.ts"
import { decodeInbound, decodeStatus, type InboundText, type MalformedWebhook, parseForm, type StatusReport, type UnusableWebhook } from "./TwilioWebhook.ts"

/** There is no such project, or it has nothing in that environment. */
export class UnknownDestination extends Schema.TaggedError<UnknownDestination>()("UnknownDestination", { projectId: ProjectId, environment: Environment }) {}

/** Who takes what the webhooks bring. Each is done when it is durable; repeats are to be expected, and told apart by `carrierId`. */
export class CarrierEvents extends Context.Service<CarrierEvents, {
  /** `arrivedAt`: when the request came in, before its body was read. */
  inbound(projectId: ProjectId, environment: Environment, text: InboundText, arrivedAt: DateTime.Utc): Effect.Effect<void, StoreFailure | UnknownDestination>
  status(projectId: ProjectId, environment: Environment, report: StatusReport): Effect.Effect<void, StoreFailure | UnknownDestination>
}>()("@parley/twilio/CarrierEvents") {}

export interface TwilioRoutesOptions {
  /** Whose tokens sign, and whose texts they are. */
  readonly accountFor: AccountFor
  /** The address that Twilio was given, which is what it signs. Null: the request's own `Host` is taken, with either scheme; a proxy must leave it alone. */
  readonly publicUrl: URL | null
  /** Where Twilio calls when `publicUrl` failed, if that is another address of this gateway. */
  readonly fallbackUrl?: URL | null
}

/** The largest body that is read. Twilio's forms have a few kilobytes. */
export const maxBodyBytes = 64 * 1024

/** After how long a text that could not be kept may come again. */
const retryAfterSeconds = 5

const titles = {
  400: "The webhook cannot be read.",
  403: "The webhook is not accepted.",
  404: "Nothing takes this webhook.",
  405: "The webhook is no POST.",
  413: "The webhook is too large.",
  415: "The webhook is no form.",
  500: "The webhook could not be kept.",
  503: "The webhook cannot be kept now."
} as const

const problem = (status: keyof typeof titles, detail: string) => ProblemDetails.toResponse({ type: ProblemDetails.blankType, title: titles[status], status, detail })

/** Empty TwiML: no reply. */
const done = HttpServerResponse.text("<Response></Response>", { contentType: "text/xml" })

const destination = Schema.decodeUnknownOption(Schema.Struct({ project: ProjectId, environment: Environment }))

type Request = HttpServerRequest.HttpServerRequest

/** The addresses under which Twilio may have known this request. */
const addresses = (request: Request, { fallbackUrl = null, publicUrl }: TwilioRoutesOptions): ReadonlyArray<string> => {
  const target = pathAndQuery(request)
  if (publicUrl !== null) {
    return [publicUrl, fallbackUrl].flatMap((url) => url === null ? [] : [url.origin + url.pathname.replace(/\/+$/u, "") + target])
  }
  const host = request.headers["host"] ?? ""
  return [`https://${host}${target}`, `http://${host}${target}`]
}

/** As it came over the wire, whatever a router mounted above has cut off. */
const pathAndQuery = (request: Request): string => request.originalUrl.replace(/^https?:\/\/[^/?#]*/iu, "")

const query = (request: Request): URLSearchParams => {
  const start = request.url.indexOf("?")
  return new URLSearchParams(start < 0 ? "" : request.url.slice(start))
}

const notSigned = (publicUrl: URL | null) =>
  problem(
    403,
    publicUrl === null
      ? "The signature does not fit: set PUBLIC_URL to the address that Twilio calls, and check the auth token."
      : `The signature does not fit: Twilio must call exactly PUBLIC_URL (${publicUrl.origin}) and this path, and the auth token must be the account's.`
  )

const isForm = (request: Request): boolean => /^application\/x-www-form-urlencoded\s*(?:;|$)/iu.test(request.headers["content-type"] ?? "")

const tooLarge = problem(413, `A webhook may have at most ${maxBodyBytes} bytes.`)

/** The form, or the answer that refuses it. */
const readForm = (request: Request): Effect.Effect<URLSearchParams, HttpServerResponse.HttpServerResponse> => {
  if (Number(request.headers["content-length"] ?? 0) > maxBodyBytes) return Effect.fail(tooLarge)
  if (!isForm(request)) return Effect.fail(problem(415, "Send application/x-www-form-urlencoded, as Twilio does."))
  return request.text.pipe(
    Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(maxBodyBytes)),
    Effect.mapError(({ reason }) =>
      reason._tag === "RequestParseError" && reason.reason === "BodyTooLarge" ? tooLarge : problem(400, "The body could not be read to its end.")
    ),
    Effect.map(parseForm)
  )
}

const isFrom = (account: TwilioAccount, form: URLSearchParams) => form.get("AccountSid") === account.accountSid

/** Whatever ails the store, Twilio is to send it again, or to its fallback. */
const refuse = (failure: StoreFailure) =>
  HttpServerResponse.setHeader(
    problem(503, failure.retryable ? "The store is busy or away: send it again." : "The store failed, and the gateway's operator has to act: send it again."),
    "Retry-After",
    String(retryAfterSeconds)
  )

const unknownPath = problem(404, "There is no such project and environment: check the path of the webhook.")

const methodNotAllowed = HttpServerResponse.setHeader(
  problem(405, "Webhooks are taken by POST alone: at Twilio, set the method beside this address to HTTP POST. A redirect on the way makes a GET of it too."),
  "Allow",
  "POST"
)

/** What came, and could be read; the handler takes it from here. */
type Take<A> = (projectId: ProjectId, environment: Environment, value: A, arrivedAt: DateTime.Utc) => Effect.Effect<void, StoreFailure | UnknownDestination>

const webhook = Effect.fnUntraced(function*<A>(
  options: TwilioRoutesOptions,
  decode: (form: URLSearchParams, query: URLSearchParams) => Result.Result<A, MalformedWebhook | UnusableWebhook>,
  take: Take<A>
) {
  const arrivedAt = yield* DateTime.now
  const request = yield* HttpServerRequest.HttpServerRequest
  if (request.method !== "POST") return methodNotAllowed
  const path = destination(yield* HttpRouter.params)
  if (Option.isNone(path)) return unknownPath
  const { environment, project } = path.value
  const form = yield* readForm(request)
  const account = yield* options.accountFor(project)
  const urls = addresses(request, options)
  if (!isSigned({ urls, signature: request.headers["x-twilio-signature"] ?? "", authTokens: account.authTokens }, form)) {
    yield* Effect.logWarning("A webhook's signature does not fit").pipe(Effect.annotateLogs({ project, environment, urls: urls.join(" ") }))
    return notSigned(options.publicUrl)
  }
  if (!isFrom(account, form)) return problem(403, "AccountSid is not the Twilio account of this project.")
  const decoded = decode(form, query(request))
  if (Result.isSuccess(decoded)) {
    yield* take(project, environment, decoded.success, arrivedAt)
    return done
  }
  const { failure } = decoded
  if (failure._tag === "MalformedWebhook") {
    yield* Effect.logWarning("A webhook cannot be read").pipe(Effect.annotateLogs({ project, environment, field: failure.field, problem: failure.problem }))
    return problem(400, failure.message)
  }
  // Nothing here will ever take it: an error would only make Twilio send it again.
  yield* Effect.logWarning("A webhook is of no use and was left aside").pipe(Effect.annotateLogs({ project, environment, field: failure.field, kind: failure.kind }))
  return done
}, (answer) =>
  answer.pipe(
    Effect.catchTags({
      StoreFailure: (failure) => Effect.as(Effect.logError("A webhook could not be kept", failure), refuse(failure)),
      NoTwilioAccount: () => Effect.succeed(unknownPath),
      UnknownDestination: () => Effect.succeed(unknownPath)
    }),
    Effect.catchIf(HttpServerResponse.isHttpServerResponse, Effect.succeed)
  ))

const paths = { sms: "/twilio/:project/:environment/sms", status: "/twilio/:project/:environment/status" } as const

/** Both routes, on the router. Every method but POST is a 405. */
export const layer = (options: TwilioRoutesOptions): Layer.Layer<never, never, HttpRouter.HttpRouter | CarrierEvents> =>
  HttpRouter.use(Effect.fnUntraced(function*(router) {
    const events = yield* CarrierEvents
    yield* router.add("*", paths.sms, webhook(options, decodeInbound, (project, environment, text, arrivedAt) => events.inbound(project, environment, text, arrivedAt)))
    yield* router.add("*", paths.status, webhook(options, decodeStatus, (project, environment, report) => events.status(project, environment, report)))
  }))

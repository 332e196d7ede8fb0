/** Twilio's REST API, as far as it is simulated: credentials, paths, error answers. */
import type { Carrier } from "./Carrier.ts"
import type { AccountOptions } from "./CarrierOptions.ts"
import { notFound, restFailure, RestFailure } from "./CarrierErrors.ts"
import { geographicPermissions } from "./GeographicPermissions.ts"
import { messageRoutes } from "./MessageRoutes.ts"
import { brandRoutes, tollfreeRoutes } from "./RegistrationRoutes.ts"
import { availableNumberRoutes, incomingNumberRoutes } from "./NumberRoutes.ts"
import { accountPath, apiVersion, rfc2822 } from "./ResourceFormat.ts"
import { parseForm, type RestAnswer } from "./RestRequest.ts"
import { serviceRoutes } from "./ServiceRoutes.ts"

export interface RawRequest {
  readonly method: string
  /** As it came, without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly authorization: string | undefined
  readonly body: string
}

/** The credentials of a Basic header. */
const basic = (authorization: string | undefined): { readonly user: string; readonly password: string } | undefined => {
  const encoded = /^Basic\s+(\S+)$/iu.exec(authorization ?? "")?.[1]
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, "base64").toString("utf8")
  const colon = text.indexOf(":")
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** The account that the credentials open; of a path that names one, only that one. */
export const accountFor = (carrier: Carrier, request: RawRequest): AccountOptions | undefined => {
  const credentials = basic(request.authorization)
  const account = credentials === undefined ? undefined : carrier.senders.authenticate(credentials.user, credentials.password)
  return isVersion1(request.path) || account?.sid === pathSegments(request.path)[2] ? account : undefined
}

/** The APIs of `messaging.twilio.com` and `accounts.twilio.com`. They share their host here with that of `api.twilio.com`. */
const isVersion1 = (path: string): boolean => path.startsWith("/v1/")

const decode = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

const pathSegments = (path: string): ReadonlyArray<string> =>
  path
    .replace(/\.json$/u, "")
    .split("/")
    .slice(1)
    .map(decode)

const accountResource = (account: AccountOptions): Readonly<Record<string, unknown>> => {
  const path = accountPath(account.sid)
  const created = rfc2822(0)
  return {
    auth_token: account.authToken,
    date_created: created,
    date_updated: created,
    friendly_name: account.friendlyName ?? account.sid,
    owner_account_sid: account.sid,
    sid: account.sid,
    status: "active",
    subresource_uris: {
      available_phone_numbers: `${path}/AvailablePhoneNumbers.json`,
      incoming_phone_numbers: `${path}/IncomingPhoneNumbers.json`,
      messages: `${path}/Messages.json`
    },
    type: "Full",
    uri: `${path}.json`
  }
}

const version1Route = (carrier: Carrier, raw: RawRequest): RestAnswer => {
  const [, ...segments] = pathSegments(raw.path)
  const account = accountFor(carrier, raw)
  if (account === undefined) throw restFailure(20003)
  const request = { method: raw.method, segments, path: raw.path, query: raw.query, form: parseForm(raw.body), account }
  if (segments[0] === "Services") return serviceRoutes(carrier, request)
  if (segments[0] === "a2p" && segments[1] === "BrandRegistrations") return brandRoutes(carrier, request)
  if (segments[0] === "Messaging" && segments[1] === "GeoPermissions" && segments.length === 2) return geographicPermissions(carrier, request)
  if (segments[0] === "Tollfree" && segments[1] === "Verifications") return tollfreeRoutes(carrier, request)
  throw notFound(raw.path)
}
/** A file itself has no extension. */
const isFile = /\/Messages\/[^/]+\/Media\/[^/.]+$/u

const route = (carrier: Carrier, raw: RawRequest): RestAnswer => {
  if (isVersion1(raw.path)) return version1Route(carrier, raw)
  const [version, accounts, , ...segments] = pathSegments(raw.path)
  if (version !== apiVersion || accounts !== "Accounts" || !(raw.path.endsWith(".json") || isFile.test(raw.path))) throw notFound(raw.path)
  const account = accountFor(carrier, raw)
  if (account === undefined) throw restFailure(20003)
  const request = { method: raw.method, segments, path: raw.path, query: raw.query, form: parseForm(raw.body), account }
  switch (segments[0]) {
    case undefined:
      if (raw.method !== "GET") throw restFailure(20004)
      return { status: 200, body: accountResource(account) }
    case "Messages":
      return messageRoutes(carrier, request)
    case "IncomingPhoneNumbers":
      return incomingNumberRoutes(carrier, request)
    case "AvailablePhoneNumbers":
      return availableNumberRoutes(carrier, request)
    default:
      throw notFound(raw.path)
  }
}

/** Answers a request of the REST API; every refusal is an answer too. */
export const restRoutes = (carrier: Carrier, raw: RawRequest): RestAnswer => {
  try {
    return route(carrier, raw)
  } catch (failure) {
    if (failure instanceof RestFailure) return { status: failure.body.status, body: failure.body }
    throw failure
  }
}

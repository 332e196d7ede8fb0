/**
 * Twilio's request signature: base64(HMAC-SHA1(auth token, URL + every parameter's name and value, sorted)). It holds no time, so a captured
 * request stays valid: what makes a replay harmless is that texts are known by their SID. Source: twilio.com/docs/usage/security
 */
import { Redacted } from "effect"
import { createHash, createHmac, timingSafeEqual } from "node:crypto"

const order = (left: string, right: string) => left < right ? -1 : left > right ? 1 : 0

/** The signed text. A repeated parameter's values are de-duplicated and sorted. */
const signed = (url: string, form: URLSearchParams | null): string => {
  if (form === null) return url
  let text = url
  for (const name of [...new Set(form.keys())].sort(order)) {
    for (const value of [...new Set(form.getAll(name))].sort(order)) text += name + value
  }
  return text
}

/** The signature of a form, or of a request without one (`null`: GET, or a JSON body). */
export const sign = (authToken: Redacted.Redacted, url: string, form: URLSearchParams | null): string =>
  createHmac("sha1", Redacted.value(authToken)).update(signed(url, form), "utf8").digest("base64")

/** Of digests, which are equally long whatever is compared: neither the time nor an early end tells how much was right. */
const equal = (left: string, right: string): boolean => timingSafeEqual(digest(left), digest(right))

const digest = (text: string) => createHash("sha256").update(text).digest()

const authority = /^(?<scheme>https?):\/\/(?<host>\[[^\]]*\]|[^/?#:]*)(?<port>:\d+)?(?<rest>[/?#].*)?$/iu

/** The URL as it is, and as a proxy may have shown it to Twilio: with and without its scheme's default port. Twilio signs either. */
export const spellings = (url: string): ReadonlyArray<string> => {
  const parts = authority.exec(url)?.groups
  if (parts === undefined) return [url]
  const { host = "", port, rest = "", scheme = "" } = parts
  const standard = scheme.toLowerCase() === "https" ? ":443" : ":80"
  if (port === undefined) return [url, `${scheme}://${host}${standard}${rest}`]
  return port === standard ? [url, `${scheme}://${host}${rest}`] : [url]
}

export interface SignedRequest {
  /** Addresses under which Twilio may know this request, each with its query. */
  readonly urls: ReadonlyArray<string>
  /** `X-Twilio-Signature`. */
  readonly signature: string
  readonly authTokens: ReadonlyArray<Redacted.Redacted>
}

/** True when one of the tokens signed this form for one of the addresses. The form is all that arrived, the unknown fields too. */
export const isSigned = (request: SignedRequest, form: URLSearchParams | null): boolean => {
  const urls = new Set(request.urls.flatMap(spellings))
  let valid = false
  for (const token of request.authTokens) {
    for (const url of urls) valid = equal(sign(token, url, form), request.signature) || valid
  }
  return valid
}

/** True when the URL is signed and its `bodySHA256` is the hash of the raw body, as for JSON. */
export const isSignedBody = (request: SignedRequest, body: Uint8Array): boolean => {
  const hash = createHash("sha256").update(body).digest("hex")
  const named = request.urls.filter((url) => {
    const query = url.indexOf("?")
    return query >= 0 && equal((new URLSearchParams(url.slice(query)).get("bodySHA256") ?? "").toLowerCase(), hash)
  })
  return named.length > 0 && isSigned({ ...request, urls: named }, null)
}

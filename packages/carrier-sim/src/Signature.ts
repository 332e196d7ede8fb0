/** `X-Twilio-Signature`: how a webhook proves where it comes from. */
import { createHash, createHmac } from "node:crypto"

/** Form parameters by name; a repeated one has several values. */
export type FormParams = Readonly<Record<string, string | ReadonlyArray<string>>>

/**
 * Base64 of HMAC-SHA1 over the URL and then each name with its value, sorted by name, without separators. The values of a repeated parameter are de-duplicated and sorted.
 * For a GET or a JSON body `params` is empty; JSON adds `bodySHA256` (see `bodyHash`) to the URL's query first.
 * @param url as requested, with its query and without its fragment
 */
export const sign = (authToken: string, url: string, params: FormParams): string => {
  let data = url
  for (const name of Object.keys(params).sort()) {
    const value = params[name] ?? ""
    if (typeof value === "string") data += name + value
    else for (const each of [...new Set(value)].sort()) data += name + each
  }
  return createHmac("sha1", authToken).update(data, "utf8").digest("base64")
}

/** Lower-case hexadecimal SHA-256 of a raw JSON body, the value of `bodySHA256`. */
export const bodyHash = (body: string): string => createHash("sha256").update(body, "utf8").digest("hex")

/** What is requested and signed of a configured URL: all but the fragment, which holds connection overrides. Nothing else is normalised. */
export const withoutFragment = (url: string): string => {
  const hash = url.indexOf("#")
  return hash < 0 ? url : url.slice(0, hash)
}

/** The body of a form post. */
export const encodeForm = (params: FormParams): string => {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) {
    if (typeof value === "string") form.append(name, value)
    else for (const each of value) form.append(name, each)
  }
  return form.toString()
}

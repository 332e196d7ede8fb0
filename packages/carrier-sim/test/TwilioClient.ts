/** The official client, pointed at a simulated carrier: copy this into your own tests. */
import twilio from "twilio"

interface Options {
  readonly method: string
  readonly uri: string
  readonly username?: string
  readonly password?: string
  readonly headers?: Record<string, string>
  readonly params?: Record<string, unknown>
  readonly data?: Record<string, unknown>
}

const encode = (fields: Record<string, unknown>): URLSearchParams => {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) {
    for (const each of Array.isArray(value) ? value : [value]) if (each !== undefined) form.append(name, String(each))
  }
  return form
}

/** An `httpClient` for the twilio package that sends what is meant for `https://api.twilio.com` to `baseUrl`. */
export const redirectTo = (baseUrl: string) => ({
  request: async (options: Options) => {
    const { pathname, search } = new URL(options.uri)
    const url = new URL(pathname + search, baseUrl)
    for (const [name, value] of encode(options.params ?? {})) url.searchParams.append(name, value)
    const response = await fetch(url, {
      method: options.method.toUpperCase(),
      headers: {
        ...options.headers,
        authorization: `Basic ${Buffer.from(`${options.username}:${options.password}`).toString("base64")}`
      },
      ...(options.data === undefined ? {} : { body: encode(options.data) })
    })
    const text = await response.text()
    return { statusCode: response.status, body: text === "" ? "" : JSON.parse(text), headers: Object.fromEntries(response.headers) }
  }
})

export const clientOf = (sim: { readonly url: string; readonly accountSid: string; readonly authToken: string }) =>
  twilio(sim.accountSid, sim.authToken, { httpClient: redirectTo(sim.url) as never })

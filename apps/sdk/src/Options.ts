/** How a client is set up, and what comes from the environment. */
import { ParleyError } from "./Errors.ts"
import { type Log, type Logger, type LogLevel, logOf } from "./Log.ts"

/** The platform's clusters. */
export type Cluster = "us-1" | "uk-1" | "euw-1"

/** How a client is set up. */
export interface ParleyOptions {
  /** The API key, `pk_…`. Default: `PARLEY_API_KEY`. */
  readonly apiKey?: string | undefined
  /** The connector, which stands for one project and environment. Default: `PARLEY_CONNECTOR_ID`. */
  readonly connectorId?: string | undefined
  /** Where the API is, like `http://127.0.0.1:8080`. Default: `PARLEY_BASE_URL`. */
  readonly baseUrl?: string | undefined
  /** A cluster of the platform, instead of `baseUrl`. */
  readonly cluster?: Cluster | undefined
  /** How often a failed call is made again; 2 by default. */
  readonly maxRetries?: number | undefined
  /** How long one try may take, in milliseconds; 30 seconds by default. */
  readonly timeout?: number | undefined
  /** Headers of every call, beside those that the client sets, like what a proxy asks for. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Another `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined
  /** What to tell of the calls; `warn` by default. Secrets, numbers and texts are masked. Default: `PARLEY_LOG`. */
  readonly logLevel?: LogLevel | undefined
  /** Where to tell it; `console` by default. */
  readonly logger?: Logger | undefined
  /** Lets the client run in a browser, where everybody who opens the page can read the API key. */
  readonly dangerouslyAllowBrowser?: boolean | undefined
}

/**
 * What one call does differently from the client.
 * @example
 * ```ts
 * import type { RequestOptions } from "@parley/sdk"
 *
 * const options: RequestOptions = { signal: AbortSignal.timeout(8_000), timeout: 2_000, maxRetries: 1 }
 * console.log((await parley.numbers.list({}, options)).data.length)
 * ```
 */
export interface RequestOptions {
  /** Aborts the call and its retries. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds for one try. */
  readonly timeout?: number | undefined
  readonly maxRetries?: number | undefined
  /** Headers of this call, beside the client's. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Of a POST. The same key with the same parameters has one effect within 24 hours; a new one is made for each call. */
  readonly idempotencyKey?: string | undefined
}

/** Options with every default filled in. */
export interface Settings {
  readonly apiKey: string
  readonly connectorId: string
  readonly baseUrl: string
  readonly maxRetries: number
  readonly timeout: number
  readonly headers: Readonly<Record<string, string>>
  readonly fetch: typeof globalThis.fetch
  readonly log: Log
}

/** A variable of the environment, where there is one that may be read; an empty one counts as absent. */
export const environment = (name: string): string | undefined => {
  try {
    return (globalThis as { readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> } }).process?.env?.[name] || undefined
  } catch {
    // Deno throws where the program was not given the permission.
    return undefined
  }
}

const required = (value: string | undefined, option: string, variable: string): string => {
  const found = value ?? environment(variable)
  if (found === undefined || found === "") throw new ParleyError(`Parley needs ${option}: pass { ${option} } or set ${variable}.`)
  return found
}

/** A page, and not a worker or a server with a few of a page's globals. */
const isBrowser = () => {
  const { document, navigator, window } = globalThis as { readonly document?: unknown; readonly navigator?: unknown; readonly window?: unknown }
  return [document, navigator, window].every((each) => typeof each === "object" && each !== null)
}

/** Where a cluster's API is. */
export const clusterUrl = (cluster: Cluster): string => `https://api.${cluster}.platform.polyai.app`

/** @throws ParleyError when something is missing or contradictory */
export const settingsOf = (options: ParleyOptions): Settings => {
  const log = logOf(options.logger, options.logLevel ?? environment("PARLEY_LOG"))
  if (isBrowser()) {
    if (options.dangerouslyAllowBrowser !== true) {
      throw new ParleyError("This is a browser, and an API key does not belong there: everybody who opens the page can read it, and text at your expense. Call Parley from a back end. Where that is no danger, pass { dangerouslyAllowBrowser: true }.")
    }
    log("warn", () => "the API key is in a browser, where everybody who opens the page can read it.")
  }
  if (options.baseUrl !== undefined && options.cluster !== undefined) throw new ParleyError("Pass baseUrl or cluster, not both.")
  const baseUrl = required(options.baseUrl ?? (options.cluster && clusterUrl(options.cluster)), "baseUrl", "PARLEY_BASE_URL").replace(/\/+$/u, "")
  if (!/^https?:\/\//u.test(baseUrl)) throw new ParleyError(`baseUrl must begin with http:// or https://, not ${baseUrl}.`)
  return {
    apiKey: required(options.apiKey, "apiKey", "PARLEY_API_KEY"),
    connectorId: required(options.connectorId, "connectorId", "PARLEY_CONNECTOR_ID"),
    baseUrl,
    maxRetries: options.maxRetries ?? 2,
    timeout: options.timeout ?? 30_000,
    headers: options.headers ?? {},
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    log
  }
}

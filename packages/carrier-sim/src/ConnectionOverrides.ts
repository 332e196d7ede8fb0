/** How long a webhook may take and when it is tried again: Twilio's defaults, or what the fragment of its URL says (`#rc=3&rp=4xx,5xx`). */

/** `4xx`, `5xx`: an answer with that status. `ct`: no connection, also when refused. `rt`: no answer in time, or a broken one. */
export type FailureClass = "4xx" | "5xx" | "ct" | "rt"

export interface ConnectionOverrides {
  readonly connectTimeoutMillis: number
  readonly readTimeoutMillis: number
  /** For all attempts together. */
  readonly totalTimeoutMillis: number
  /** Attempts after the first. */
  readonly retries: number
  readonly retryOn: ReadonlySet<FailureClass>
}

/** Source: Twilio's "Webhooks: connection overrides". */
export const connectionDefaults: ConnectionOverrides = {
  connectTimeoutMillis: 5000,
  readTimeoutMillis: 15_000,
  totalTimeoutMillis: 15_000,
  retries: 1,
  retryOn: new Set(["ct"])
}

const all: ReadonlyArray<FailureClass> = ["4xx", "5xx", "ct", "rt"]

const bounded = (text: string | null, least: number, most: number, otherwise: number): number => {
  if (text === null || !/^\d+$/u.test(text)) return otherwise
  const value = Number(text)
  return value >= least && value <= most ? value : otherwise
}

const failureClasses = (text: string | null): ReadonlySet<FailureClass> => {
  if (text === null) return connectionDefaults.retryOn
  const words = text.split(",").map((word) => word.trim().toLowerCase())
  const named = words.includes("all") ? all : all.filter((name) => words.includes(name))
  return named.length === 0 ? connectionDefaults.retryOn : new Set(named)
}

/** Reads the fragment of a webhook URL. A value that is out of range or not understood leaves the default. */
export const connectionOverrides = (url: string): ConnectionOverrides => {
  const hash = url.indexOf("#")
  if (hash < 0) return connectionDefaults
  const fragment = new URLSearchParams(url.slice(hash + 1))
  return {
    connectTimeoutMillis: bounded(fragment.get("ct"), 100, 10_000, connectionDefaults.connectTimeoutMillis),
    readTimeoutMillis: bounded(fragment.get("rt"), 100, 15_000, connectionDefaults.readTimeoutMillis),
    totalTimeoutMillis: bounded(fragment.get("tt"), 100, 15_000, connectionDefaults.totalTimeoutMillis),
    retries: bounded(fragment.get("rc"), 0, 5, connectionDefaults.retries),
    retryOn: failureClasses(fragment.get("rp"))
  }
}

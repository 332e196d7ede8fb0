/** A server that can't listen where it is told to, as a person would want to hear it. */
import { Option, Schema } from "effect"

/** What to set for another place: the port's variable, and the host's where it can be set. */
interface Place {
  readonly host: string
  readonly port: number
  readonly variable: "PORT" | "CARRIER_PORT"
}

/** Nothing can listen at this address; `why` says what is in the way, and what to do. */
export class CannotListen extends Schema.TaggedError<CannotListen>()("CannotListen", { host: Schema.String, port: Schema.Int, why: Schema.String }) {
  override get message(): string {
    return `Can't listen on ${this.host}:${this.port}: ${this.why}`
  }
}

// Error codes of the system. Source: Node's documentation of common system errors.
const reasons: Readonly<Record<string, (place: Place) => string>> = {
  EADDRINUSE: ({ variable }) => `another program does. Stop that one, or set ${variable} to another port.`,
  EACCES: ({ variable }) => `this user may not, as below port 1024 on many systems. Set ${variable} to a higher one.`,
  EADDRNOTAVAIL: () => "this machine has no such address. Set HOST to one of its own, or to 0.0.0.0 for all of them.",
  ENOTFOUND: () => "there is no such host. Set HOST to an address of this machine."
}

const codeOf = (error: unknown): string | undefined => {
  if (!(error instanceof Error)) return undefined
  return "code" in error && typeof error.code === "string" ? error.code : codeOf(error.cause)
}

/** The failure for what a server has thrown when it was to listen; none where that is about something else. */
export const cannotListen = (error: unknown, place: Place): Option.Option<CannotListen> => {
  const reason = reasons[codeOf(error) ?? ""]
  return reason === undefined ? Option.none() : Option.some(new CannotListen({ host: place.host, port: place.port, why: reason(place) }))
}

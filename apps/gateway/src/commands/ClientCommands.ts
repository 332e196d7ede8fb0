/** `parley send` and `parley sessions`: a running gateway, through the SDK. */
import { Console, Effect, Schema } from "effect"
import type { Media, Message, SendParams, Session } from "@parley/sdk"
import { ConnectionError, Parley } from "@parley/sdk"
import * as Demo from "../Demo.ts"

/** What the gateway, or the way to it, said. */
export class CallFailed extends Schema.TaggedError<CallFailed>()("CallFailed", { detail: Schema.String }) {
  override get message(): string {
    return this.detail
  }
}

/** Out of the box these commands talk to `parley dev` on this machine. */
export const client = Effect.try({
  try: () =>
    new Parley({
      baseUrl: process.env["PARLEY_BASE_URL"] ?? `http://127.0.0.1:${process.env["PORT"] ?? 8080}`,
      apiKey: process.env["PARLEY_API_KEY"] ?? Demo.credentials.apiKey,
      connectorId: process.env["PARLEY_CONNECTOR_ID"] ?? "conn_demo"
    }),
  catch: (error) => new CallFailed({ detail: error instanceof Error ? error.message : String(error) })
})

const said = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error)
  return error instanceof ConnectionError ? `${message}. Is the gateway running? Start it, or set PARLEY_BASE_URL to its address.` : message
}

export const call = <A>(use: () => PromiseLike<A>) => Effect.tryPromise({ try: async () => await use(), catch: (error) => new CallFailed({ detail: said(error) }) })

interface Opening {
  readonly to: string
  readonly from: string | undefined
  readonly message: string | undefined
  /** Addresses of pictures and other files; none where there is but a text. */
  readonly media: ReadonlyArray<string>
}

const paramsOf = ({ from, media, message, to }: Opening): SendParams | undefined => {
  const numbers = { userNumber: to, ...(from === undefined ? {} : { agentNumber: from }) }
  if (media.length > 0) return { ...numbers, mediaUrls: media, ...(message === undefined ? {} : { message }) }
  return message === undefined ? undefined : { ...numbers, message }
}

export const send = Effect.fnUntraced(function*(opening: Opening) {
  const params = paramsOf(opening)
  if (params === undefined) return yield* new CallFailed({ detail: "There is nothing to send: give the text as the last argument, or a file with --media" })
  const parley = yield* client
  const sent = yield* call(() => parley.outboundSms.send(params))
  yield* Console.log(sent.sessionId)
})

const time = (at: Date) => at.toISOString().slice(0, 19).replace("T", " ")

const sessionLine = (session: Session) =>
  [
    session.id,
    time(session.openedAt),
    session.userNumber,
    session.agentNumber,
    session.endReason === null ? session.state : `${session.state} (${session.endReason})`,
    ...(session.waitingFor === null ? [] : [session.waitingFor])
  ].join("\t")

const size = (bytes: number) => bytes < 1_000 ? `${bytes} B` : bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`

/** `(image/png, 42 kB)`, or what is sent by its address. */
const file = ({ contentType, path, sizeBytes, url }: Media) =>
  path === null ? ` (${url})` : ` (${contentType ?? "a file"}${sizeBytes === null ? "" : `, ${size(sizeBytes)}`})`

const messageLine = (message: Message) => {
  const arrow = message.direction === "inbound" ? "→" : "←"
  const trouble = message.trouble === null ? "" : `  ! ${message.trouble.detail}`
  return `${time(message.createdAt)}  ${arrow} ${message.author.padEnd(6)} ${message.text}${message.media.map(file).join("")}  [${message.status}]${trouble}`
}

interface Which {
  readonly id: string | null
  readonly user: string | undefined
  readonly state: Session["state"] | undefined
  readonly json: boolean
}

const show = Effect.fnUntraced(function*(parley: Parley, id: string, json: boolean) {
  const session = yield* call(() => parley.sessions.retrieve(id))
  const messages = yield* call(async () => (await Array.fromAsync(parley.sessions.messages(id))).toReversed())
  if (json) return yield* Console.log(JSON.stringify({ session, messages }, null, 2))
  yield* Console.log(sessionLine(session))
  for (const message of messages) yield* Console.log(messageLine(message))
})

export const sessions = Effect.fnUntraced(function*({ id, json, state, user }: Which) {
  const parley = yield* client
  if (id !== null) return yield* show(parley, id, json)
  const filter = { ...(user === undefined ? {} : { userNumber: user }), ...(state === undefined ? {} : { state }) }
  const page = yield* call(() => parley.sessions.list(filter))
  if (json) return yield* Console.log(JSON.stringify(page.data, null, 2))
  if (page.data.length === 0) return yield* Console.log("No sessions.")
  for (const session of page.data) yield* Console.log(sessionLine(session))
  if (page.nextCursor !== null) yield* Console.log("… and older ones")
})

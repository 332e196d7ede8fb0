/** A webhook agent: a real little server that checks signatures and answers as it is told, for each user. */
import { createHmac } from "node:crypto"
import { createServer, type ServerResponse } from "node:http"
import { secrets } from "./Projects.ts"
import { until } from "./Waiting.ts"

export interface AgentCall {
  readonly turn_id: string
  readonly kind: "start" | "reply" | "end"
  readonly attempt: number
  readonly conversation_id: string
  readonly session: { readonly user_number: string; readonly agent_number: string; readonly opening: string; readonly end_reason: string | null }
  readonly texts: ReadonlyArray<{ readonly author: string; readonly text: string }>
  readonly history: ReadonlyArray<{ readonly author: string; readonly text: string }>
}

/** What to answer: an object is JSON with 200, a number a status without a body, a text a body of 200 as it is. */
type Answer = object | number | string
type Answering = (call: AgentCall) => Answer | Promise<Answer>

const echo: Answering = (call) => call.kind === "reply" ? { messages: [`You said: ${call.texts.map(({ text }) => text).join(" / ")}`] } : {}

const isSigned = (headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>, body: string): boolean => {
  const key = Buffer.from((secrets["AGENT_SECRET"] ?? "").slice("whsec_".length), "base64")
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`
  return headers["webhook-signature"] === `v1,${createHmac("sha256", key).update(signed).digest("base64")}`
}

export const startAgent = async () => {
  const calls: Array<AgentCall> = []
  const answers = new Map<string, Answering>()
  let unsigned = 0
  const respond = (response: ServerResponse, answer: Answer) => {
    if (typeof answer === "number") response.writeHead(answer).end()
    else response.writeHead(200, { "content-type": "application/json" }).end(typeof answer === "string" ? answer : JSON.stringify(answer))
  }
  const server = createServer((request, response) => {
    let body = ""
    request.setEncoding("utf8")
    request.on("data", (chunk: string) => {
      body += chunk
    })
    request.on("end", () => {
      const call = JSON.parse(body) as AgentCall
      if (!isSigned(request.headers, body) || request.headers["webhook-id"] !== call.turn_id) {
        unsigned++
        respond(response, 401)
        return
      }
      calls.push(call)
      void Promise.resolve((answers.get(call.session.user_number) ?? echo)(call)).then((answer) => respond(response, answer))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  const callsOf = (user: string, kind: AgentCall["kind"] = "reply") => calls.filter((call) => call.session.user_number === user && call.kind === kind)
  return {
    /** As a project's file names it. */
    asAgent: { type: "webhook", url: `http://127.0.0.1:${port}/agent`, secret_env: "AGENT_SECRET" },
    unsigned: () => unsigned,
    callsOf,
    /** How calls about this user are answered from now on. */
    answer: (user: string, how: Answering) => void answers.set(user, how),
    waitForCalls: (user: string, count: number, kind: AgentCall["kind"] = "reply") =>
      until(`${count} ${kind} calls about ${user}`, () => callsOf(user, kind).length >= count && callsOf(user, kind), () => callsOf(user, kind)),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}
export type TestAgent = Awaited<ReturnType<typeof startAgent>>

/** A gate that an answer waits at until the test opens it. */
export const gate = () => {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

/** A chat model: a real little server that speaks OpenAI's `/v1/chat/completions`, wants its key, and answers as it is told, for each conversation. */
import { createServer } from "node:http"
import { secrets } from "./Projects.ts"
import { until } from "./Waiting.ts"

interface ModelCall {
  /** The turn and its attempt. */
  readonly id: string
  /** The body as it came. */
  readonly body: string
  readonly messages: ReadonlyArray<{ readonly role: string; readonly content: string }>
}

interface Said {
  readonly content?: string
  readonly tool?: readonly [name: string, args: object]
}

/** A number is a status without an answer. */
type Answering = (call: ModelCall) => Said | number

const completion = ({ content = "", tool }: Said) => ({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_764_000_000,
  model: "test-model",
  choices: [{
    index: 0,
    message: {
      role: "assistant",
      content: content === "" ? null : content,
      refusal: null,
      ...tool === undefined ? {} : { tool_calls: [{ id: "call_1", type: "function", function: { name: tool[0], arguments: JSON.stringify(tool[1]) } }] }
    },
    logprobs: null,
    finish_reason: tool === undefined ? "stop" : "tool_calls"
  }],
  usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 }
})

const refusal = (status: number) => ({ error: { message: `Incorrect API key provided: ${secrets["MODEL_KEY"]}.`, type: "invalid_request_error", param: null, code: status === 401 ? "invalid_api_key" : null } })

export const startModel = async () => {
  const calls: Array<ModelCall> = []
  const answers = new Map<string, Answering>()
  const server = createServer((request, response) => {
    let body = ""
    request.setEncoding("utf8")
    request.on("data", (chunk: string) => {
      body += chunk
    })
    request.on("end", () => {
      const isAsked = request.method === "POST" && request.url === "/v1/chat/completions"
      const isKnown = request.headers.authorization === `Bearer ${secrets["MODEL_KEY"]}`
      const call: ModelCall = { id: String(request.headers["x-client-request-id"]), body, messages: (JSON.parse(body) as ModelCall).messages }
      calls.push(call)
      const [, how] = [...answers].find(([word]) => body.includes(word)) ?? []
      const answer = !isAsked ? 404 : !isKnown ? 401 : how === undefined ? { content: "Pardon?" } : how(call)
      response.writeHead(typeof answer === "number" ? answer : 200, { "content-type": "application/json" })
      response.end(JSON.stringify(typeof answer === "number" ? refusal(answer) : completion(answer)))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  const callsAbout = (word: string) => calls.filter(({ body }) => body.includes(word))
  return {
    url: `http://127.0.0.1:${port}/v1`,
    /** Calls of the conversation in which this word was said. */
    callsAbout,
    /** How they are answered from now on. */
    answer: (word: string, how: Answering) => void answers.set(word, how),
    waitForCalls: (word: string, count: number) => until(`${count} calls about ${word}`, () => callsAbout(word).length >= count && callsAbout(word), () => callsAbout(word)),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}
export type TestModel = Awaited<ReturnType<typeof startModel>>

/** The API over plain `fetch`, as a back end without the SDK would call it. */
import { expect } from "vitest"
import { secrets } from "./Projects.ts"
import { until } from "./Waiting.ts"

export interface ApiOptions {
  readonly key?: string
  readonly connector?: string
}

export interface SessionBody {
  readonly id: string
  readonly state: string
  readonly end_reason: string | null
  readonly end_detail: string | null
  readonly user_number: string
  readonly agent_number: string
  readonly sender_pool: string | null
  readonly opening: string
  readonly opened_at: string
  readonly next_timeout: { readonly kind: string; readonly due_at: string } | null
  readonly takeover: { readonly by: string; readonly reason: string | null } | null
  readonly agent: { readonly status: string; readonly attempts: number; readonly last_error: { readonly reason: string } | null }
}

export interface MessageBody {
  readonly id: string
  readonly session_id: string | null
  readonly direction: string
  readonly author: string
  readonly purpose: string
  readonly agent_number: string
  readonly sender_pool: string | null
  readonly text: string
  readonly status: string
  readonly trouble: { readonly reason: string; readonly code: string | null; readonly detail: string } | null
  readonly carrier_id: string | null
  readonly turn_id: string | null
  readonly attempts: number
}

export interface PageBody<A> {
  readonly data: ReadonlyArray<A>
  readonly next_cursor: string | null
}

const correlation = "x-polyai-correlation-id"

export type Api = ReturnType<typeof makeApi>

export const makeApi = (url: string, options: ApiOptions = {}) => {
  const headers = { "X-PolyAi-Auth-Token": options.key ?? secrets["TEST_API_KEY"] ?? "", "X-TOKEN-ID": options.connector ?? "conn_main" }

  const get = (path: string) => fetch(url + path, { headers })
  const post = (path: string, body?: unknown, more: Readonly<Record<string, string>> = {}) =>
    fetch(url + path, {
      method: "POST",
      headers: { ...headers, ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...more },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) })
    })
  const read = async <A>(path: string): Promise<A> => {
    const response = await get(path)
    const body = await response.text()
    expect(response.status, `${path}: ${body}`).toBe(200)
    return JSON.parse(body) as A
  }

  /** Sends and expects a 202; resolves with the session's id. */
  const send = async (userNumber: string, message: string, more: object = {}): Promise<string> => {
    const response = await post("/v1/outbound-sms", { user_number: userNumber, message, ...more })
    expect(response.status, await response.text()).toBe(202)
    return (response.headers.get("location") ?? "").replace("/v1/sessions/", "")
  }

  const session = (id: string) => read<SessionBody>(`/v1/sessions/${id}`)
  /** Oldest first. */
  const history = async (id: string) => (await read<PageBody<MessageBody>>(`/v1/sessions/${id}/messages?limit=100`)).data.toReversed()
  /** Newest first. */
  const sessionsOf = async (userNumber: string) => (await read<PageBody<SessionBody>>(`/v1/sessions?user_number=${encodeURIComponent(userNumber)}&limit=100`)).data

  return {
    url,
    headers,
    get,
    post,
    read,
    send,
    session,
    history,
    sessionsOf,
    waitForSession: (id: string, what: string, fits: (session: SessionBody) => boolean) =>
      until(`session ${id}: ${what}`, async () => {
        const found = await session(id)
        return fits(found) && found
      }, () => session(id)),
    waitForHistory: (id: string, what: string, fits: (messages: ReadonlyArray<MessageBody>) => boolean) =>
      until(`the texts of ${id}: ${what}`, async () => {
        const found = await history(id)
        return fits(found) && found
      }, () => history(id))
  }
}

interface ProblemBody {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly correlation_id: string
  readonly errors?: ReadonlyArray<{ readonly path: string; readonly detail: string }>
  readonly retry_after?: number
}

const known = new Set(["type", "title", "status", "detail", "correlation_id", "errors", "retry_after"])

/** Expects a problem document, whole and nothing else, whose correlation id is the header's. */
export const expectProblem = async (response: Response, status: number, type: string): Promise<ProblemBody> => {
  const text = await response.text()
  expect(response.status, text).toBe(status)
  expect(response.headers.get("content-type")).toBe("application/problem+json")
  const problem = JSON.parse(text) as ProblemBody
  expect(problem.type, text).toBe(`urn:parley:problem:${type}`)
  expect(problem.status).toBe(status)
  expect(problem.title).toMatch(/\S/u)
  expect(problem.detail).toMatch(/^[A-Za-z].*[.:]?.*$/su)
  expect(problem.correlation_id).toMatch(/\S/u)
  expect(problem.correlation_id).toBe(response.headers.get(correlation))
  expect(Object.keys(problem).filter((key) => !known.has(key))).toEqual([])
  expect(text).not.toMatch(/node_modules|\.ts:\d|at \w+ \(|SQLITE|Defect|_tag/u)
  return problem
}

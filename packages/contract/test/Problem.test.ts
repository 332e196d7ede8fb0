import { Effect, Layer } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { HttpApi, HttpApiBuilder, HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
import { afterAll, describe, expect, it } from "vitest"
import * as Problem from "../src/Problem.ts"

const detail = "Something about this request."
const problems = [
  new Problem.BadRequest({ detail, errors: [{ path: "user_number", detail: "is missing" }] }),
  new Problem.AgentNumberNotProvisioned({ detail }),
  new Problem.NoEligibleNumber({ detail }),
  new Problem.Unauthorized({ detail }),
  new Problem.AccountMismatch({ detail }),
  new Problem.MissingScope({ detail }),
  new Problem.UnknownConnector({ detail }),
  new Problem.NoNumbers({ detail }),
  new Problem.NotFound({ detail }),
  new Problem.IdempotencyConflict({ detail }),
  new Problem.SessionEnded({ detail }),
  new Problem.NotTakenOver({ detail }),
  new Problem.UserOptedOut({ detail }),
  new Problem.ScheduledSendSettled({ detail }),
  new Problem.InternalError({ detail, correlation_id: "c-1" }),
  new Problem.ServiceUnavailable({ detail, retry_after: 2 })
]
const declared = [
  Problem.BadRequest,
  Problem.AgentNumberNotProvisioned,
  Problem.NoEligibleNumber,
  Problem.Unauthorized,
  Problem.AccountMismatch,
  Problem.MissingScope,
  Problem.UnknownConnector,
  Problem.NoNumbers,
  Problem.NotFound,
  Problem.IdempotencyConflict,
  Problem.SessionEnded,
  Problem.NotTakenOver,
  Problem.UserOptedOut,
  Problem.ScheduledSendSettled,
  Problem.RateLimitedAnswer,
  Problem.InternalError,
  Problem.ServiceUnavailable
]

const failing = <const Name extends string>(name: Name) => HttpApiEndpoint.get(name, `/${name}/:tag`, { error: declared })
const api = HttpApi.make("failing").add(HttpApiGroup.make("failing").add(failing("fail")))
const routes = HttpApiBuilder.layer(api).pipe(
  Layer.provide(HttpApiBuilder.group(api, "failing", (group) =>
    group.handle("fail", ({ request }) => {
      const tag = request.url.split("/").at(-1)
      const problem = problems.find((each) => each._tag === tag)
      return problem === undefined ? Effect.void : Effect.fail(problem)
    })))
)
const { dispose, handler } = HttpRouter.toWebHandler(routes.pipe(Layer.provideMerge(HttpServer.layerServices)), { disableLogger: true })
afterAll(dispose)

const respond = async (tag: string) => {
  const response = await handler(new Request(`http://parley.test/fail/${tag}`))
  return { status: response.status, type: response.headers.get("content-type"), body: await response.json() as Record<string, unknown> }
}

describe.each(problems)("$_tag", (problem) => {
  it("is answered as a problem document of its status, without its tag", async () => {
    const answer = await respond(problem._tag)
    expect(answer.type).toBe(Problem.problemContentType)
    expect(answer.status).toBe(problem.status)
    expect(answer.body).toMatchObject({ type: problem.type, title: problem.title, status: problem.status, detail })
    expect(answer.body).not.toHaveProperty("_tag")
  })

  it("has a title and a type of its own", () => {
    expect(problems.filter((other) => other.type === problem.type || other.title === problem.title)).toEqual([problem])
    expect(problem.type).toMatch(/^urn:parley:problem:[a-z-]+$/u)
    expect(problem.title).toMatch(/^[A-Z].*\.$/u)
  })
})

it("a problem carries its extensions and nothing else", async () => {
  expect(Object.keys((await respond("NotFound")).body).toSorted()).toEqual(["detail", "status", "title", "type"])
  expect((await respond("BadRequest")).body["errors"]).toEqual([{ path: "user_number", detail: "is missing" }])
  expect((await respond("InternalError")).body["correlation_id"]).toBe("c-1")
})

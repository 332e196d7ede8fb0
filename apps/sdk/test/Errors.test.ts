import { describe, expect, it } from "vitest"
import {
  ApiError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  NotFoundError,
  Parley,
  ParleyError,
  PermissionError,
  RateLimitError,
  ServerError
} from "../src/index.ts"
import { inTurn, listen, type Play, problem } from "./Server.ts"

const failure = async (play: Play): Promise<unknown> => {
  const server = await listen(inTurn(play))
  const parley = new Parley({ apiKey: "pk_1", connectorId: "conn_1", baseUrl: server.url, maxRetries: 0 })
  return parley.messages.retrieve("msg_1").then(() => undefined, (error: unknown) => error)
}

describe.each([
  [400, BadRequestError],
  [401, AuthenticationError],
  [403, PermissionError],
  [404, NotFoundError],
  [409, ConflictError],
  [429, RateLimitError],
  [500, ServerError],
  [502, ServerError],
  [503, ServerError],
  [418, ApiError]
])("status %i", (status, type) => {
  it(`throws ${type.name} with everything that the problem says`, async () => {
    const error = await failure(problem(status, {}, { "retry-after": "7" }))
    expect(error).toBeInstanceOf(type)
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toBeInstanceOf(ParleyError)
    expect(error).toMatchObject({
      name: type.name,
      message: `${status} What to do.`,
      status,
      type: "urn:parley:problem:some",
      detail: "What to do.",
      correlationId: "c-1",
      retryAfter: 7,
      errors: []
    })
    expect(error instanceof ApiError && error.headers.get("retry-after")).toBe("7")
  })
})

it("a 400 names the fields that were refused", async () => {
  const errors = [{ path: "user_number", detail: "must be a phone number in E.164" }]
  expect(await failure(problem(400, { errors }))).toMatchObject({ errors })
})

it.each([
  ["a proxy's page", { status: 502, body: "<html>Bad Gateway</html>" }, "502 Bad Gateway"],
  ["an empty body", { status: 404 }, "404 Not Found"],
  ["the seed's body", { status: 403, body: { detail: "Wrong account." } }, "403 Wrong account."],
  ["a body that is no object", { status: 500, body: "[1]" }, "500 Internal Server Error"],
  ["fields of other types", { status: 400, body: { detail: 7, errors: "none", type: null } }, "400 Bad Request"]
])("a failure with %s still is the error of its status", async (_, play, message) => {
  expect(await failure(play)).toMatchObject({ message, type: "about:blank", correlationId: null, retryAfter: null })
})

it("a redirect is not followed", async () => {
  expect(await failure({ status: 307, headers: { location: "http://127.0.0.1:1/" } })).toMatchObject({ name: "ApiError", status: 307 })
})

it("a success that is no JSON says that the address may be wrong", async () => {
  expect(await failure({ status: 200, body: "<html>Welcome</html>" })).toMatchObject({
    name: "ParleyError",
    message: "GET /v1/messages/msg_1 was answered, but not with JSON. Is baseUrl right?"
  })
})

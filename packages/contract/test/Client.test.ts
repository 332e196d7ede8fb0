import { MessageText } from "@parley/schema/MessageText"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { SessionId } from "@parley/schema/Ids"
import { DateTime, Effect, Layer } from "effect"
import { FetchHttpClient, HttpClientRequest } from "effect/http"
import { HttpApiClient, HttpApiMiddleware } from "effect/http-api"
import { afterAll, expect, it } from "vitest"
import { Access, apiKeyHeader, connectorHeader } from "../src/Access.ts"
import { Api } from "../src/Api.ts"
import { serve } from "./Stub.ts"

const { dispose, handler } = serve()
afterAll(dispose)

const access = HttpApiMiddleware.layerClient(Access, ({ next, request }) =>
  next(HttpClientRequest.setHeaders(request, { [apiKeyHeader]: "pk_right", [connectorHeader]: "conn_demo_live" })))

const fetchStub = Layer.succeed(FetchHttpClient.Fetch, (input, init) => handler(new Request(input, init)))
const layer = Layer.mergeAll(access, FetchHttpClient.layer.pipe(Layer.provide(fetchStub)))

const run = <A, E>(program: (client: HttpApiClient.ForApi<typeof Api>) => Effect.Effect<A, E>) =>
  Effect.runPromise(Effect.flatMap(HttpApiClient.make(Api, { baseUrl: "http://parley.test" }), program).pipe(Effect.provide(layer)))

const userNumber = PhoneNumber.make("+15005550123")
const send = (message: string) => ({ headers: {}, payload: { message: MessageText.make(message), userNumber } })
const id = SessionId.make("TW_SMS_01KAV5RK8ETQ8Y4V2N6W3Z7J9C")

it("a generated client sends a text and learns where its session is", async () => {
  const { headers } = await run((client) => client.outboundSms.send(send("Hello")))
  expect(headers.location).toBe(`/v1/sessions/${id}`)
})

it("a generated client sees camelCase and times", async () => {
  const session = await run((client) => client.sessions.retrieve({ params: { id } }))
  expect(session.userNumber).toBe(userNumber)
  expect(DateTime.formatIso(session.openedAt)).toBe("2026-11-24T15:04:05.678Z")
})

it("a generated client sees problems as errors with a tag", async () => {
  const limited = await run((client) => Effect.flip(client.outboundSms.send(send("too often"))))
  expect(limited).toMatchObject({ _tag: "RateLimited", status: 429, retry_after: 1, detail: "Wait a second." })
  const ended = await run((client) => Effect.flip(client.sessions.end({ params: { id } })))
  expect(ended).toMatchObject({ _tag: "SessionEnded", type: "urn:parley:problem:session-ended", correlation_id: "c-1" })
})

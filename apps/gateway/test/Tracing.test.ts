/** What a collector gets, read off the bodies that the exporter sends. */
import { createServer } from "node:http"
import { expect, it } from "vitest"
import { startGateway } from "./harness/Gateway.ts"
import { projectFile, secrets, us } from "./harness/Projects.ts"

const user = "+14155530001"
const key = secrets["TEST_API_KEY"] ?? ""

interface Span {
  readonly name: string
  readonly attributes: ReadonlyArray<{ readonly key: string; readonly value: { readonly stringValue?: string } }>
}

it("a collector is told of requests, and neither of a whole phone number nor of a key", async () => {
  const bodies: Array<string> = []
  const collector = createServer((request, response) => {
    let body = ""
    request.setEncoding("utf8")
    request.on("data", (chunk: string) => {
      body += chunk
    })
    request.on("end", () => {
      bodies.push(body)
      response.writeHead(200, { "content-type": "application/json" }).end("{}")
    })
  })
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve))
  const address = collector.address()
  const port = typeof address === "object" && address !== null ? address.port : 0

  const gateway = await startGateway({ projects: [projectFile()], environment: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}/` } })
  await gateway.api.send(user, "Hello")
  const written = [encodeURIComponent(user), user, user.slice(1)]
  for (const number of written) await gateway.api.get(`/v1/sessions?user_number=${number}`)
  await gateway.api.get(`/v1/nothing/${user}?key=${key}`)
  await gateway.carrier.text(user, us, "Hi")
  // Closing sends what is left.
  await gateway.close()
  await new Promise<void>((resolve) => collector.close(() => resolve()))

  const spans = bodies.flatMap((body) =>
    (JSON.parse(body) as { resourceSpans: ReadonlyArray<{ scopeSpans: ReadonlyArray<{ spans: ReadonlyArray<Span> }> }> }).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
  )
  const values = spans.flatMap(({ attributes }) => attributes.flatMap(({ key, value }) => key === "url.query" ? [value.stringValue] : []))
  expect(values).toEqual(expect.arrayContaining(["user_number=+14*******01", "user_number=:number"]))
  expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining(["Outbound.accept", "Inbound.receive"]))
  const all = bodies.join("\n")
  for (const secret of [user, encodeURIComponent(user), user.slice(1), us, us.slice(1), key]) expect(all).not.toContain(secret)
})

import { Schema } from "effect"
import { HttpApi } from "effect/http-api"
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { Api } from "../src/Api.ts"
import { Event } from "../src/Event.ts"
import { examples } from "../src/Examples.ts"
import { command, text } from "../src/OpenApiDocument.ts"

interface Operation {
  readonly operationId: string
  readonly summary?: string
  readonly description?: string
  readonly security: ReadonlyArray<Record<string, unknown>>
  readonly parameters: ReadonlyArray<{ readonly name: string; readonly in: string }>
  readonly requestBody?: { readonly required: boolean; readonly content: Record<string, { readonly example?: unknown; readonly schema: unknown }> }
  readonly responses: Record<string, { readonly headers: Record<string, unknown>; readonly content?: Record<string, { readonly example?: unknown }> }>
}

const document: {
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { readonly schemas: Record<string, unknown>; readonly headers: object; readonly securitySchemes: object }
} = JSON.parse(text())
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation }))
)

it("the committed document is what the API says", () => {
  const committed = readFileSync(new URL("../openapi.json", import.meta.url), "utf8")
  expect(committed === text(), `openapi.json is stale. Run \`${command}\` and commit it.`).toBe(true)
})

it("holds every operation of the product", () => {
  expect(operations.map(({ name }) => name).toSorted()).toEqual([
    "DELETE /v1/numbers/{number}",
    "DELETE /v1/scheduled-sends/{id}",
    "DELETE /v1/users/{number}",
    "GET /v1/audit-log",
    "GET /v1/availability",
    "GET /v1/availability/{country}",
    "GET /v1/available-numbers",
    "GET /v1/events",
    "GET /v1/messages/{id}",
    "GET /v1/messages/{id}/media/{index}",
    "GET /v1/numbers",
    "GET /v1/numbers/operations/{id}",
    "GET /v1/opt-outs",
    "GET /v1/registrations",
    "GET /v1/registrations/{id}",
    "GET /v1/scheduled-sends",
    "GET /v1/scheduled-sends/{id}",
    "GET /v1/sessions",
    "GET /v1/sessions/{id}",
    "GET /v1/sessions/{id}/messages",
    "GET /v1/templates",
    "GET /v1/users/erasures/{id}",
    "POST /v1/campaigns/scan",
    "POST /v1/numbers",
    "POST /v1/outbound-sms",
    "POST /v1/registrations/brands",
    "POST /v1/registrations/campaigns",
    "POST /v1/registrations/toll-free",
    "POST /v1/registrations/{id}/numbers",
    "POST /v1/sessions/{id}/end",
    "POST /v1/sessions/{id}/messages",
    "POST /v1/sessions/{id}/release",
    "POST /v1/sessions/{id}/takeover"
  ])
})

describe.each(operations)("$name", ({ operation }) => {
  it("has a summary, a description and an id", () => {
    expect(operation.summary).toMatch(/^[A-Z].*[^.]$/u)
    expect(operation.description).toMatch(/^[A-Z].*\.$/u)
    expect(operation.operationId).toMatch(/^[a-z][A-Za-z]+$/u)
  })

  it("asks for both headers together", () => {
    expect(operation.security).toEqual([{ apiKey: [], connector: [] }])
  })

  it("shows an example of its request and of its answer", () => {
    for (const media of Object.values(operation.requestBody?.content ?? {})) expect(media.example).toBeDefined()
    const [status, success] = Object.entries(operation.responses).find(([code]) => code.startsWith("2")) ?? []
    expect(status).toBeDefined()
    for (const [type, media] of Object.entries(success?.content ?? {})) if (type !== "application/octet-stream") expect(media.example).toBeDefined()
  })

  it("documents the headers of every answer", () => {
    for (const response of Object.values(operation.responses)) {
      expect(Object.keys(response.headers)).toEqual(expect.arrayContaining(["X-PolyAI-Correlation-Id", "RateLimit", "RateLimit-Policy"]))
    }
  })

  it("answers every failure with a problem document", () => {
    for (const [status, response] of Object.entries(operation.responses)) {
      if (!status.startsWith("2")) expect(Object.keys(response.content ?? {})).toEqual(["application/problem+json"])
    }
  })
})

it("a send declares every status of the published API", () => {
  expect(Object.keys(document.paths["/v1/outbound-sms"]?.["post"]?.responses ?? {})).toEqual(
    expect.arrayContaining(["202", "400", "401", "403", "404", "429", "500"])
  )
})

it("a takeover needs no body", () => {
  expect(document.paths["/v1/sessions/{id}/takeover"]?.["post"]?.requestBody).toMatchObject({ required: false })
})

it("every example is what its schema decodes", () => {
  const checked: Array<string> = []
  HttpApi.reflect(Api, {
    onGroup: () => {},
    onEndpoint: ({ endpoint }) => {
      const operation = operations.find(({ name }) => name === `${endpoint.method} ${endpoint.path.replace(/:(\w+)/u, "{$1}")}`)?.operation
      const example = examples[operation?.operationId ?? ""]
      for (const schema of [...endpoint.payload.values()].flatMap(({ schemas }) => schemas).slice(0, 1)) {
        Schema.decodeUnknownSync(schema as Schema.Decoder<unknown>, { onExcessProperty: "error" })(example?.request)
        checked.push(`${operation?.operationId} request`)
      }
      for (const [index, schema] of [...endpoint.success].entries()) {
        const body = "schema" in schema ? schema.schema : schema
        const answer = index === 0 ? example?.answer : example?.dryRun
        if (answer === undefined) continue
        // A stream's example is one of its events, as it travels.
        if (typeof answer === "string") {
          Schema.decodeUnknownSync(Schema.fromJsonString(Event), { onExcessProperty: "error" })(/^data: (.*)$/mu.exec(answer)?.[1])
          checked.push(`${operation?.operationId} answer ${index}`)
          continue
        }
        Schema.decodeUnknownSync(body as Schema.Decoder<unknown>, { onExcessProperty: "error" })(answer)
        checked.push(`${operation?.operationId} answer ${index}`)
      }
    }
  })
  expect(checked).toHaveLength(Object.values(examples).flatMap(Object.keys).length)
})

it("no name betrays where it comes from, and objects stay open for new fields", () => {
  expect(Object.keys(document.components.schemas).filter((name) => !/^[A-Z][A-Za-z]+$/u.test(name) || name.endsWith("Encoded"))).toEqual([])
  expect(text()).not.toMatch(/"additionalProperties": false|Encoded"/u)
})

it("every reference leads somewhere", () => {
  const missing = [...text().matchAll(/"\$ref": "#\/components\/(schemas|headers)\/([^"]+)"/gu)]
    .filter(([, kind, name]) => !(String(name) in document.components[kind === "headers" ? "headers" : "schemas"]))
  expect(missing).toEqual([])
})

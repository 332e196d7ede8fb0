/** Requests of every endpoint that the gateway's OpenAPI document names, right and wrong in every part. */
import fc from "fast-check"
import { brokenBody, mutated, strings } from "./Hostile.ts"
import { arbitrary, type Json, type JsonSchema, type Schemas } from "./JsonSchema.ts"

export interface FuzzRequest {
  readonly method: string
  /** With its query. */
  readonly path: string
  /** In order; a name may come more than once. */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  readonly body: Buffer | null
}

interface Parameter {
  readonly name: string
  readonly in: "path" | "query" | "header"
  readonly schema: JsonSchema
}

interface Operation {
  readonly parameters?: ReadonlyArray<Parameter>
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> }
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Schemas }
}

export interface Access {
  readonly keyHeader: string
  readonly key: string
  readonly connectorHeader: string
  readonly connector: string
}

/** Things that are there, so that a part of the requests gets past the first check. */
export interface Known {
  readonly ids: ReadonlyArray<string>
  readonly numbers: ReadonlyArray<string>
  readonly users: ReadonlyArray<string>
  readonly templates: ReadonlyArray<string>
}

/** `value` mostly as it is, `rate` of the time as `other` makes it. */
const sometimes = <A>(value: fc.Arbitrary<A>, rate: number, other: (value: A) => fc.Arbitrary<A>): fc.Arbitrary<A> =>
  fc.tuple(value, fc.nat({ max: 99 })).chain(([each, chance]) => chance < rate * 100 ? other(each) : fc.constant(each))

const plain = (value: Json): string => typeof value === "string" ? value : JSON.stringify(value)

/** A real thing of the kind that the schema describes, where there is one. */
const real = (name: string, known: Known): ReadonlyArray<string> =>
  name === "id" ? known.ids : /agent_number|^from$/u.test(name) ? known.numbers : /user_number|^number$/u.test(name) ? known.users : []

const encoded = (text: string): string => encodeURIComponent(text.toWellFormed())

const pathOf = (template: string, parameters: ReadonlyArray<Parameter>, schemas: Schemas, known: Known): fc.Arbitrary<string> => {
  const inPath = parameters.filter((each) => each.in === "path")
  const inQuery = parameters.filter((each) => each.in === "query")
  const valueOf = (each: Parameter, rate: number): fc.Arbitrary<string> => {
    const reals = real(each.name, known)
    const valid = arbitrary(each.schema, schemas).map(plain)
    return sometimes(reals.length === 0 ? valid : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...reals) }, { weight: 1, arbitrary: valid }), rate, () => strings)
  }
  const segments = fc.tuple(...inPath.map((each) => valueOf(each, 0.15))).map((values) =>
    inPath.reduce((path, each, i) => path.replace(`{${each.name}}`, encoded(values[i] ?? "")), template)
  )
  const query = fc.tuple(
    fc.subarray([...inQuery]).chain((some) => fc.tuple(...some.map((each) => valueOf(each, 0.2).map((value) => `${each.name}=${encoded(value)}`)))),
    fc.oneof({ weight: 9, arbitrary: fc.constant<ReadonlyArray<string>>([]) }, { weight: 1, arbitrary: fc.array(fc.constantFrom("limit=1&limit=2", "cursor=", "limit", "=", "&&", "%", "a[]=1", "limit=%00", "__proto__=1", "cursor=%ff"), { maxLength: 3 }) })
  ).map(([some, more]) => [...some, ...more].join("&"))
  return fc.tuple(segments, query).map(([path, search]) => search === "" ? path : `${path}?${search}`)
}

const headersOf = (access: Access, hasBody: boolean): fc.Arbitrary<ReadonlyArray<readonly [string, string]>> => {
  // Latin-1 and printable is all that a client can put on the wire here; the rest is for raw connections.
  const value = fc.string({ maxLength: 60, unit: fc.integer({ min: 0x20, max: 0xff }).filter((code) => code !== 0x7f).map((code) => String.fromCharCode(code)) })
  const credentials: ReadonlyArray<readonly [string, string]> = [[access.keyHeader, access.key], [access.connectorHeader, access.connector]]
  const change = (headers: ReadonlyArray<readonly [string, string]>) =>
    fc.oneof(
      fc.nat({ max: headers.length - 1 }).map((i) => headers.filter((_, at) => at !== i)),
      fc.nat({ max: headers.length - 1 }).map((i) => [...headers, headers[i] ?? ["X-A", "b"] as const]),
      fc.tuple(fc.nat({ max: headers.length - 1 }), value).map(([i, other]) => headers.map((header, at) => at === i ? [header[0], other] as const : header)),
      fc.tuple(fc.constantFrom("Idempotency-Key", "Accept", "Accept-Encoding", "Origin", "X-Forwarded-For", "X-PolyAI-Correlation-Id", "If-None-Match", "Range", "Expect", "Last-Event-ID", "traceparent"), value).map(([name, other]) => [...headers, [name, other] as const]),
      fc.constantFrom("text/plain", "application/json; charset=latin1", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "application/merge-patch+json", "image/png").map((type) =>
        [...headers.filter(([name]) => name !== "Content-Type"), ["Content-Type", type] as const]
      ),
      fc.tuple(fc.constantFrom("gzip", "br", "identity", "nonsense")).map(([coding]) => [...headers, ["Content-Encoding", coding] as const])
    )
  return sometimes(fc.constant([...credentials, ...(hasBody ? [["Content-Type", "application/json"] as const] : [])]), 0.15, change)
}

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"]

/** A request of one operation. */
const operation = (method: string, template: string, each: Operation, schemas: Schemas, access: Access, known: Known): fc.Arbitrary<FuzzRequest> => {
  const schema = each.requestBody?.content["application/json"]?.schema
  const valid = schema === undefined ? null : arbitrary(schema, schemas).map((value): Json =>
    typeof value === "object" && value !== null && !Array.isArray(value) && "user_number" in value && known.users.length > 0
      ? {
        ...value,
        user_number: known.users[JSON.stringify(value).length % known.users.length] ?? null,
        ..."agent_number" in value ? { agent_number: known.numbers[0] ?? null } : {},
        ..."template" in value ? { template: known.templates[0] ?? null } : {}
      }
      : value
  )
  const json = valid === null ? null : sometimes(valid, 0.5, mutated)
  const body: fc.Arbitrary<Buffer | null> = json === null
    ? fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: brokenBody(Buffer.from("{}")) })
    : sometimes(json.map((value) => Buffer.from(JSON.stringify(value) ?? "null")), 0.12, brokenBody)
  return fc.record({
    method: sometimes(fc.constant(method.toUpperCase()), 0.03, () => fc.constantFrom(...methods)),
    path: pathOf(template, each.parameters ?? [], schemas, known),
    headers: headersOf(access, json !== null),
    body
  })
}

const strayPaths = ["/", "/v1", "/v1/", "/v1/outbound-sms/", "//v1/outbound-sms", "/v1/nothing", "/V1/sessions", "/v1/sessions/%2e%2e/numbers", "/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/docs/", "/favicon.ico", "/v1/sessions/%", "/v1/sessions/%ff", "/twilio", "/twilio/main/live", "/twilio/main/live/sms", "/%00"]

/** Any request of the whole API, and some of none of it. */
export const requests = (document: OpenApi, access: Access, known: Known): fc.Arbitrary<FuzzRequest> => {
  const operations = Object.entries(document.paths).flatMap(([template, all]) =>
    Object.entries(all).map(([method, each]) => ({
      weight: method === "post" ? 3 : 2,
      arbitrary: operation(method, template, each, document.components.schemas, access, known)
    }))
  )
  const stray = fc.record({
    method: fc.constantFrom(...methods),
    path: fc.oneof(fc.constantFrom(...strayPaths), strings.map((text) => `/${encoded(text).slice(0, 2_000)}`)),
    headers: headersOf(access, false),
    body: fc.oneof(fc.constant(null), brokenBody(Buffer.from("{}")))
  })
  return fc.oneof(...operations, { weight: 2, arbitrary: stray })
}

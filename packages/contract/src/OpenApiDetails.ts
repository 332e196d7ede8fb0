/** What the OpenAPI document says beyond what the endpoints' schemas hold: both headers of access, headers of every answer, examples. */
import { apiKeyHeader, connectorHeader } from "./Access.ts"
import { examples } from "./Examples.ts"
import { defaultLimit, maxLimit } from "./Page.ts"

type Json = { [key: string]: unknown }

/** Headers of every answer. Source of the rate-limit fields: the IETF draft "RateLimit header fields for HTTP". */
const commonHeaders: Json = {
  "X-PolyAI-Correlation-Id": { description: "Names this call in logs and in problem documents.", schema: { type: "string" } },
  RateLimit: { description: "What is left of the limit, and the seconds until it is whole again.", schema: { type: "string", examples: ["\"outbound\";r=99;t=1"] } },
  "RateLimit-Policy": { description: "The limit, and its window in seconds.", schema: { type: "string", examples: ["\"outbound\";q=100;w=60"] } }
}

const securitySchemes: Json = {
  apiKey: { type: "apiKey", in: "header", name: apiKeyHeader, description: "The API key, `pk_…`. Back ends only: never put it in a browser." },
  connector: { type: "apiKey", in: "header", name: connectorHeader, description: "The connector's id. It stands for one project and environment." }
}

// Header and query values are strings to the generator; these are what they mean.
const seconds = { type: "integer", minimum: 0 }
const limit: Json = {
  name: "limit",
  in: "query",
  required: false,
  description: "How many items.",
  schema: { type: "integer", minimum: 1, maximum: maxLimit, default: defaultLimit }
}

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

const objects = (value: unknown): ReadonlyArray<Json> => (isObject(value) ? Object.values(value).filter(isObject) : [])

const exampleInto = (holder: unknown, example: unknown) => {
  if (isObject(holder) && example !== undefined) for (const media of objects(holder["content"])) media["example"] = example
}

const completeResponse = (response: Json) => {
  if (response["description"] === "<No Content>") response["description"] = "Accepted; the body is empty."
  const own = isObject(response["headers"]) ? response["headers"] : {}
  if (isObject(own["retry-after"])) own["retry-after"]["schema"] = seconds
  response["headers"] = { ...own, ...Object.fromEntries(Object.keys(commonHeaders).map((name) => [name, { $ref: `#/components/headers/${name}` }])) }
}

/** A body that may be `null` is a body that may be absent. */
const completeRequest = (request: unknown) => {
  if (!isObject(request)) return
  for (const media of objects(request["content"])) {
    const members = isObject(media["schema"]) ? media["schema"]["anyOf"] : undefined
    if (!Array.isArray(members) || !members.some((member) => isObject(member) && member["type"] === "null")) continue
    media["schema"] = members.find((member) => isObject(member) && member["type"] !== "null")
    request["required"] = false
  }
}

const completeOperation = (operation: Json) => {
  const example = examples[String(operation["operationId"])]
  // Both headers together, not either: one requirement with two schemes.
  operation["security"] = [{ apiKey: [], connector: [] }]
  if (Array.isArray(operation["parameters"])) {
    operation["parameters"] = operation["parameters"].map((parameter: Json) => (parameter["name"] === "limit" ? limit : parameter))
  }
  objects(operation["responses"]).forEach(completeResponse)
  completeRequest(operation["requestBody"])
  exampleInto(operation["requestBody"], example?.request)
  if (isObject(operation["responses"])) {
    for (const [status, response] of Object.entries(operation["responses"])) if (status.startsWith("2")) exampleInto(response, status === "200" ? example?.dryRun ?? example?.answer : example?.answer)
  }
}

/**
 * Four things that the generator says and readers should not see: the suffix of a class's wire form (`…Encoded`), closed objects
 * (the server ignores unknown fields, and answers may gain some), the bounds of JavaScript's integers and how its own clients tell a
 * stream's failure, which this server does not.
 */
const plain = <A>(value: A): A => {
  if (Array.isArray(value)) return value.map(plain) as A
  if (!isObject(value)) return value
  const entries = Object.entries(value).filter(([key, item]) =>
    !(key === "additionalProperties" && item === false) && key !== "x-effect-stream" && item !== Number.MAX_SAFE_INTEGER && item !== Number.MIN_SAFE_INTEGER
  )
  return Object.fromEntries(
    entries.map(([key, item]) => [key, key === "$ref" && typeof item === "string" ? item.replace(/Encoded$/u, "") : plain(item)])
  ) as A
}

/** Clients must bear a problem without title and status; this server always sends them. */
const completeSchema = (schema: unknown): unknown => {
  if (!isObject(schema) || !isObject(schema["properties"]) || !Array.isArray(schema["required"])) return schema
  const isProblem = "type" in schema["properties"] && "title" in schema["properties"]
  return isProblem ? { ...schema, required: [...new Set(["type", "title", "status", ...schema["required"]])] } : schema
}

/** The `transform` of the API's OpenAPI annotations. */
export const complete = (generated: Json): Json => {
  const spec = plain(generated)
  for (const path of objects(spec["paths"])) objects(path).forEach(completeOperation)
  const components = isObject(spec["components"]) ? spec["components"] : {}
  const schemas = isObject(components["schemas"]) ? components["schemas"] : {}
  const named = Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name.replace(/Encoded$/u, ""), completeSchema(schema)]))
  return { ...spec, components: { ...components, schemas: named, headers: commonHeaders, securitySchemes } }
}

/** What the OpenAPI document says beyond what the endpoints' schemas hold: both headers of access, and headers of every answer. */
import { apiKeyHeader, connectorHeader } from "./Access.ts"
import { defaultLimit, maxLimit } from "./Page.ts"

type Json = { [key: string]: unknown }

const header = (description: string, schema: Json) => ({ description, schema })

/** Headers of every answer. Source of the rate-limit fields: the IETF draft "RateLimit header fields for HTTP". */
export const commonHeaders: Json = {
  "X-PolyAI-Correlation-Id": header("Names this call in logs and in problem documents.", { type: "string" }),
  RateLimit: header("What is left of the limit.", { type: "string", examples: ["\"outbound\";r=99;t=1"] }),
  "RateLimit-Policy": header("The limit.", { type: "string", examples: ["\"outbound\";q=100;w=60"] })
}

const security: Json = {
  apiKey: { type: "apiKey", in: "header", name: apiKeyHeader, description: "The API key, `pk_…`. Back ends only: never put it in a browser." },
  connector: { type: "apiKey", in: "header", name: connectorHeader, description: "The connector's id. It stands for one project and environment." }
}

const limit = {
  name: "limit",
  in: "query",
  required: false,
  description: "How many items.",
  schema: { type: "integer", minimum: 1, maximum: maxLimit, default: defaultLimit }
}

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

const objects = (value: unknown): ReadonlyArray<Json> => (isObject(value) ? Object.values(value).filter(isObject) : [])

const completeResponse = (response: Json) => {
  const own = isObject(response["headers"]) ? response["headers"] : {}
  for (const name of ["retry-after"]) if (name in own) own[name] = { ...(own[name] as Json), schema: { type: "integer", minimum: 0 } }
  response["headers"] = { ...own, ...commonHeaders }
}

const completeOperation = (operation: Json) => {
  // Both headers together, not either: one requirement with two schemes.
  operation["security"] = [{ apiKey: [], connector: [] }]
  if (Array.isArray(operation["parameters"])) {
    operation["parameters"] = operation["parameters"].map((parameter: Json) => (parameter["name"] === "limit" ? limit : parameter))
  }
  objects(operation["responses"]).forEach(completeResponse)
}

/** The `transform` of the API's OpenAPI annotations. */
export const complete = (spec: Json): Json => {
  for (const path of objects(spec["paths"])) objects(path).forEach(completeOperation)
  const components = isObject(spec["components"]) ? spec["components"] : {}
  return { ...spec, components: { ...components, securitySchemes: security } }
}

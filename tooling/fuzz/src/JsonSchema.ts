/** Values that a JSON Schema of the OpenAPI document allows. */
import fc from "fast-check"

export type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json }

export interface JsonSchema {
  readonly $ref?: string
  readonly type?: string
  readonly enum?: ReadonlyArray<Json>
  readonly const?: Json
  readonly pattern?: string
  readonly format?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly items?: JsonSchema
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: ReadonlyArray<string>
  readonly additionalProperties?: boolean | JsonSchema
  readonly anyOf?: ReadonlyArray<JsonSchema>
  readonly oneOf?: ReadonlyArray<JsonSchema>
  readonly allOf?: ReadonlyArray<JsonSchema>
  /** `{}`: the property must not be there. */
  readonly not?: JsonSchema
}

export type Schemas = Readonly<Record<string, JsonSchema>>

const deepest = 6
const day = 24 * 60 * 60 * 1_000

/** Mostly around now, where a filter or a send for later means something. */
const instants = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -day, max: 40 * day }).map((millis) => new Date(Date.now() + millis)) },
  { weight: 1, arbitrary: fc.date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true }) }
).map((date) => date.toISOString())

const text = ({ format, maxLength, minLength, pattern }: JsonSchema): fc.Arbitrary<Json> => {
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern, "u"))
  if (format === "date-time") return instants
  const longest = Math.min(maxLength ?? 200, 2_000)
  return fc.oneof(
    { weight: 3, arbitrary: fc.string({ minLength: minLength ?? 0, maxLength: Math.min(longest, 100), unit: "grapheme-ascii" }) },
    { weight: 1, arbitrary: fc.string({ minLength: minLength ?? 0, maxLength: longest, unit: "grapheme" }) }
  )
}

const object = (schema: JsonSchema, schemas: Schemas, depth: number): fc.Arbitrary<Json> => {
  const properties = Object.fromEntries(Object.entries(schema.properties ?? {}).filter(([, each]) => each.not === undefined).map(([name, each]) => [name, arbitrary(each, schemas, depth + 1)]))
  if (Object.keys(properties).length > 0) return fc.record(properties, { requiredKeys: [...schema.required ?? []] })
  return typeof schema.additionalProperties === "object"
    ? fc.dictionary(fc.string({ minLength: 1, maxLength: 10 }), arbitrary(schema.additionalProperties, schemas, depth + 1), { maxKeys: 4 })
    : fc.constant({})
}

/** What is not understood is anything at all. */
export const arbitrary = (schema: JsonSchema, schemas: Schemas, depth = 0): fc.Arbitrary<Json> => {
  if (depth > deepest) return fc.constant(null)
  if (schema.$ref !== undefined) return arbitrary(schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {}, schemas, depth + 1)
  const options = schema.anyOf ?? schema.oneOf
  if (options !== undefined && options.length > 0) return fc.oneof(...options.map((each) => arbitrary(each, schemas, depth + 1)))
  if (schema.allOf !== undefined) {
    const { allOf, ...rest } = schema
    return arbitrary(Object.assign({}, rest, ...allOf) as JsonSchema, schemas, depth + 1)
  }
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum !== undefined && schema.enum.length > 0) return fc.constantFrom(...schema.enum)
  switch (schema.type) {
    case "string":
      return text(schema)
    case "integer":
      return fc.integer({ min: schema.minimum ?? -1_000_000, max: schema.maximum ?? 1_000_000 })
    case "number":
      return fc.double({ min: schema.minimum ?? -1e6, max: schema.maximum ?? 1e6, noNaN: true })
    case "boolean":
      return fc.boolean()
    case "null":
      return fc.constant(null)
    case "array":
      return fc.array(arbitrary(schema.items ?? {}, schemas, depth + 1), { minLength: schema.minItems ?? 0, maxLength: Math.min(schema.maxItems ?? 5, 20) })
    case "object":
      return object(schema, schemas, depth)
    default:
      return fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>
  }
}

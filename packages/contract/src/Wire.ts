/** How objects look in TypeScript and on the wire: camelCase here, snake_case there. */
import { Schema } from "effect"

/** `agentNumber` → `agent_number`. */
export type SnakeCase<S extends string> = S extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${SnakeCase<Tail>}`
  : S

type WireKeys<Fields extends Schema.Struct.Fields> = { readonly [K in keyof Fields]: K extends string ? SnakeCase<K> : K }

/** `agentNumber` → `agent_number`. */
export const snakeCase = (name: string): string => name.replace(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`)

/**
 * A struct whose keys are camelCase decoded and snake_case encoded.
 * @param identifier its name among the OpenAPI document's schemas
 */
export const wire = <const Fields extends Schema.Struct.Fields>(identifier: string, fields: Fields, description: string) => {
  const keys = Object.fromEntries(Object.keys(fields).map((key) => [key, snakeCase(key)])) as WireKeys<Fields>
  return Schema.Struct(fields).pipe(Schema.encodeKeys(keys), Schema.annotateEncoded({ identifier, description }))
}

/** An instant, ISO 8601 in UTC on the wire: `2026-11-24T15:04:05.678Z`. */
export const Instant = Schema.DateTimeUtcFromString.pipe(Schema.annotateEncoded({ format: "date-time", examples: ["2026-11-24T15:04:05.678Z"] }))

/** A whole number that is not negative. */
export const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

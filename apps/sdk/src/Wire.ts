/** From the wire's JSON and back: snake_case there, camelCase here; ISO 8601 there, `Date` here. */

const camelCase = (name: string) => name.replace(/_([a-z])/gu, (_, letter: string) => letter.toUpperCase())
const snakeCase = (name: string) => name.replace(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`)

/** Fields named `at` or `…_at` are times. */
const isTime = (name: string) => name === "at" || name.endsWith("_at")

const member = (name: string, value: unknown) => isTime(name) && typeof value === "string" ? new Date(value) : fromWire(value)

/** What a program sees of an answer. Fields that this version does not know come along, in the same manner. */
export const fromWire = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(fromWire)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [camelCase(name), member(name, item)]))
}

/** A request's body. Absent values stay absent. */
export const toWire = (params: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(params).flatMap(([name, value]) => value === undefined ? [] : [[snakeCase(name), value instanceof Date ? value.toISOString() : value]])
  )

/** A query string with its question mark; empty when there is nothing to ask. */
export const toQuery = (params: object): string => {
  const entries = Object.entries(toWire(params)).map(([name, value]): [string, string] => [name, String(value)])
  return entries.length === 0 ? "" : `?${new URLSearchParams(entries)}`
}

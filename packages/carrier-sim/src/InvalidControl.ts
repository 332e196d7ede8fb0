/** What is wrong with a call of the simulator's own controls. */
import { Schema } from "effect"

/** The call could not be understood or names something that does not exist; `message` is a sentence for whoever wrote it. Answered as 400. */
export class InvalidControl extends Schema.TaggedError<InvalidControl>()("InvalidControl", { message: Schema.String }) {}

/** The fields of a JSON object, or a failure that says what came instead. */
export const objectOf = (value: unknown, what: string): Readonly<Record<string, unknown>> => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new InvalidControl({ message: `${what} must be a JSON object.` })
  return value as Readonly<Record<string, unknown>>
}

/** Refuses fields that would be ignored. */
export const onlyFields = (fields: Readonly<Record<string, unknown>>, known: ReadonlyArray<string>, what: string): void => {
  const unknown = Object.keys(fields).find((name) => !known.includes(name))
  if (unknown !== undefined) throw new InvalidControl({ message: `${what} has no field "${unknown}"; it has: ${known.join(", ")}.` })
}

const reader = <A>(test: (value: unknown) => value is A, kind: string) => ({
  required: (fields: Readonly<Record<string, unknown>>, name: string, what: string): A => {
    const value = fields[name]
    if (!test(value)) throw new InvalidControl({ message: `${what} needs "${name}", ${kind}.` })
    return value
  },
  optional: (fields: Readonly<Record<string, unknown>>, name: string, what: string): A | undefined => {
    const value = fields[name]
    if (value === undefined || value === null) return undefined
    if (!test(value)) throw new InvalidControl({ message: `"${name}" of ${what} must be ${kind}.` })
    return value
  }
})

export const text = reader((value): value is string => typeof value === "string", "a string")
export const flag = reader((value): value is boolean => typeof value === "boolean", "true or false")
export const amount = reader((value): value is number => typeof value === "number" && Number.isFinite(value) && value >= 0, "a number that is not negative")
export const texts = reader(
  (value): value is ReadonlyArray<string> => Array.isArray(value) && value.every((each) => typeof each === "string"),
  "a list of strings"
)

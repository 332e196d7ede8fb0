import { Schema } from "effect"
import { describe, expect, expectTypeOf, it } from "vitest"
import { snakeCase, type SnakeCase, wire } from "../src/Wire.ts"

describe("names", () => {
  it.each([["id", "id"], ["userNumber", "user_number"], ["segmentsPerSecond", "segments_per_second"], ["line2Text", "line2_text"]])("%s is %s on the wire", (name, onTheWire) => {
    expect(snakeCase(name)).toBe(onTheWire)
  })

  it("are the same for the type checker", () => {
    expectTypeOf<SnakeCase<"segmentsPerSecond">>().toEqualTypeOf<"segments_per_second">()
    expectTypeOf<SnakeCase<"line2Text">>().toEqualTypeOf<"line2_text">()
  })
})

it("an absent optional field stays absent both ways", () => {
  const schema = wire("Some", { agentNumber: Schema.optionalKey(Schema.String) }, "Something.")
  expect(Schema.decodeUnknownSync(schema)({})).toEqual({})
  expect(Schema.encodeSync(schema)({})).toEqual({})
  expect(Schema.encodeSync(schema)({ agentNumber: "+1" })).toEqual({ agent_number: "+1" })
})

import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import fc from "fast-check"
import { fill, placesOf, type Template, Templates } from "../src/Templates.ts"

const template = (body: string): Template => ({ name: "reminder", environment: "live", title: "Reminder", body })
const decode = Schema.decodeUnknownSync(Templates)

const told = (body: string, variables: Record<string, string>) =>
  Result.match(fill(template(body), variables), {
    onSuccess: (text) => text,
    onFailure: (failure) => failure._tag === "MissingVariables" ? `missing ${failure.names.join()}` : failure.refusal
  })

describe("A template", () => {
  it.each<readonly [body: string, variables: Record<string, string>, expected: string]>([
    ["Hi ${name}.", { name: "Ann" }, "Hi Ann."],
    ["No places.", {}, "No places."],
    ["${a}${b} and ${a}", { a: "x", b: "y" }, "xy and x"],
    ["Hi ${name}.", { name: "Ann", other: "ignored" }, "Hi Ann."],
    ["Hi ${name}, ${time}.", { name: "Ann" }, "missing time"],
    ["${b} ${a} ${b}", {}, "missing b,a"],
    ["Hi ${toString}.", {}, "missing toString"],
    ["Hi ${__proto__}.", {}, "missing __proto__"],
    ["Hi ${name}.", { name: "${other} $& $1 $$" }, "Hi ${other} $& $1 $$."],
    ["Price: $5 {x}", {}, "Price: $5 {x}"],
    ["${name}", { name: " " }, "must not be blank: write at least one visible character"]
  ])("%j with %j makes %j", (body, variables, expected) => {
    assert.strictEqual(told(body, variables), expected)
  })

  it("passes the rules of every text", () => {
    assert.match(told("${a}${a}", { a: "x".repeat(900) }), /1600 characters/u)
    assert.match(told("Hi ${a}", { a: "\u0000" }), /control character/u)
  })

  it("names its places once each, in order", () => {
    assert.deepStrictEqual(placesOf("${b} ${a} ${b} ${c_1}"), ["b", "a", "c_1"])
  })

  it.each([["a place without a name", "Hi ${}"], ["a place with a wrong name", "Hi ${first name}"], ["a place that does not end", "Hi ${name"], ["no text", ""], ["a long body", "x".repeat(501)]])(
    "is refused with %s",
    (_, body) => {
      assert.throws(() => decode([template(body)]))
    }
  )

  it("is refused with a long title, or twice in an environment", () => {
    assert.throws(() => decode([{ ...template("Hi"), title: "x".repeat(101) }]))
    assert.throws(() => decode([template("Hi"), template("Ho")]), /"reminder" twice in live/u)
    assert.lengthOf(decode([template("Hi"), { ...template("Ho"), environment: "sandbox" }]), 2)
  })

  it("fills whatever the variables hold, and nothing else", () => {
    fc.assert(fc.property(fc.string(), fc.string(), (name, time) => {
      const filled = fill(template("Hi ${name}, at ${time}."), { name, time })
      return Result.isFailure(filled) || filled.success === `Hi ${name}, at ${time}.`
    }))
  })
})

import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import fc from "fast-check"
import { lookalikeTable, MessageText, maxCharacters, maxSegments, refusal, segment, toLookalikes } from "../src/MessageText.ts"
import { septetsOf } from "../src/Segments.ts"
import vectors from "./segments.json" with { type: "json" }

const gsm = fc.string({ unit: fc.constantFrom(..."abc XYZ019@£èΔ\n?€{}[]~^|\\".split("")), maxLength: 700 })
const typographic = fc.string({ unit: fc.constantFrom(..."ab c.", ..."“”’–—…\u00A0\u200B\t", "é", "e\u0301", "{", "€"), maxLength: 700 })
const anything = fc.oneof(gsm, typographic, fc.string({ unit: "grapheme", maxLength: 300 }), fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)), maxLength: 200 }))

const decode = Schema.decodeUnknownResult(MessageText)
const message = (text: string) => Result.match(decode(text), { onFailure: (error) => error.message, onSuccess: () => "" })

describe("segment", () => {
  for (const { text, encoding, segments } of vectors.cases) {
    it(`cuts ${JSON.stringify(text)} into ${segments} of ${encoding}`, () => {
      const cut = segment(text.map(([unit, count]) => String(unit).repeat(Number(count))).join(""))
      assert.strictEqual(cut.encoding, encoding)
      assert.strictEqual(cut.segments, segments)
    })
  }

  it("gives no segment for no text", () => {
    assert.deepStrictEqual(segment(""), { encoding: "GSM-7", units: 0, segments: 0, parts: [] })
  })

  it("knows the 128 places of the alphabet without the escape, and the ten of the extension", () => {
    const costs = Array.from({ length: 0x10000 }, (_, code) => septetsOf(code))
    assert.strictEqual(costs.filter((cost) => cost === 1).length, 127)
    assert.strictEqual(costs.filter((cost) => cost === 2).length, 10)
    assert.strictEqual(septetsOf(0x1b), 0)
  })

  it("moves an escape pair that does not fit into the next part", () => {
    assert.deepStrictEqual(segment("a".repeat(152) + "{" + "a".repeat(20)).parts.map((part) => part.length), [152, 21])
  })

  it("moves a surrogate pair that does not fit into the next part", () => {
    assert.deepStrictEqual(segment("ж".repeat(66) + "😀" + "ж".repeat(20)).parts.map((part) => part.length), [66, 22])
  })

  it("loses nothing, fills no part above its limit, and counts what it cut", () => {
    fc.assert(fc.property(anything, (text) => {
      const { encoding, parts, segments, units } = segment(text)
      assert.strictEqual(parts.join(""), text)
      assert.strictEqual(parts.length, segments)
      const weigh = (part: string) => encoding === "UCS-2" ? part.length : part.split("").reduce((sum, unit) => sum + septetsOf(unit.charCodeAt(0)), 0)
      assert.strictEqual(weigh(text), units)
      const most = encoding === "UCS-2" ? (segments > 1 ? 67 : 70) : segments > 1 ? 153 : 160
      for (const part of parts) assert.isAtMost(weigh(part), most)
      if (text.isWellFormed()) for (const part of parts) assert.isTrue(part.isWellFormed())
    }), { numRuns: 500 })
  })

  it("opens a part only when the character would not have fitted before", () => {
    fc.assert(fc.property(anything, (text) => {
      const { encoding, parts } = segment(text)
      for (let i = 1; i < parts.length; i++) {
        const [before = "", after = ""] = [parts[i - 1], parts[i]]
        const first = String.fromCodePoint(after.codePointAt(0) ?? 0)
        const weight = (part: string) => encoding === "UCS-2" ? part.length : part.split("").reduce((sum, unit) => sum + septetsOf(unit.charCodeAt(0)), 0)
        assert.isAbove(weight(before + first), encoding === "UCS-2" ? 67 : 153)
      }
    }), { numRuns: 300 })
  })
})

describe("MessageText", () => {
  for (const text of ["a", "a".repeat(1530), "ж".repeat(670), "😀".repeat(335 - 5), "line\r\nline\ttab", " x ", "❤️", "{".repeat(760)]) {
    it(`accepts ${text.length} characters beginning ${JSON.stringify(text.slice(0, 4))}`, () => {
      assert.strictEqual(message(text), "")
    })
  }

  const refused: ReadonlyArray<readonly [string, string, RegExp]> = [
    ["the empty text", "", /must not be empty: write/u],
    ["white space", " \n\u00A0\t", /must not be blank: write at least one visible/u],
    ["invisible characters", "\u200B\uFEFF", /must not be blank/u],
    ["1601 characters", "a".repeat(1601), /at most 1600 characters .*not 1601: shorten/u],
    ["an eleventh segment of GSM-7", "a".repeat(1531), /10 segments, not 11 \(1531 septets, 1530 fit\): shorten/u],
    ["an eleventh segment of UCS-2", "abc" + "ж".repeat(668), /10 segments, not 11 \(671 UCS-2 units, 670 fit; UCS-2 because of U\+0436 at index 3\)/u],
    ["a lone high surrogate", "ab\uD83D", /half a surrogate pair \(U\+D83D at index 2\)/u],
    ["a lone low surrogate", "\uDE00ab", /half a surrogate pair \(U\+DE00 at index 0\)/u],
    ["NUL", "ab\u0000c", /control character U\+0000 \(at index 2\): remove it/u],
    ["a bell", "\u0007ding", /control character U\+0007 \(at index 0\)/u],
    ["an escape", "x\u001B[0m", /control character U\+001B/u]
  ]
  for (const [what, text, expected] of refused) {
    it(`refuses ${what} and says why`, () => {
      assert.match(message(text), expected)
    })
  }

  it("shows its limits in JSON Schema", () => {
    assert.deepInclude(Schema.toJsonSchemaDocument(MessageText).schema, { type: "string", minLength: 1, maxLength: 1600 })
  })

  it("refuses what is not a text", () => {
    assert.isTrue(Result.isFailure(decode(7)))
  })

  it("never accepts a text that is too long, too costly or not well formed", () => {
    fc.assert(fc.property(anything, (text) => {
      if (refusal(text) !== undefined) return
      assert.isAtMost(text.length, maxCharacters)
      assert.isAtMost(segment(text).segments, maxSegments)
      assert.isTrue(text.isWellFormed())
      assert.notInclude(text, "\u0000")
    }), { numRuns: 500 })
  })
})

describe("toLookalikes", () => {
  const rows: ReadonlyArray<readonly [string, string]> = [
    ["“It’s here” – she said…", "\"It's here\" - she said..."],
    ["a\u00A0b\u200Bc\uFEFF", "a bc"],
    ["cafe\u0301", "café"],
    ["ＡＢＣ！", "ABC!"],
    ["one\u2028two", "one\ntwo"],
    ["plain", "plain"],
    ["", ""]
  ]
  for (const [text, expected] of rows) {
    it(`turns ${JSON.stringify(text)} into ${JSON.stringify(expected)}`, () => {
      assert.strictEqual(toLookalikes(text), expected)
    })
  }

  it("leaves a text alone that stays UCS-2 all the same", () => {
    for (const text of ["“hi” 😀", "👩‍👩‍👧", "жж…", "ça va…"]) assert.strictEqual(toLookalikes(text), text)
  })

  it("leaves ellipses alone that would cost another segment", () => {
    assert.strictEqual(toLookalikes("…".repeat(60)), "…".repeat(60))
    assert.strictEqual(toLookalikes("…".repeat(53)), "...".repeat(53))
  })

  it("replaces only characters outside GSM-7, by ones within", () => {
    for (const [original, replacement] of lookalikeTable) {
      assert.strictEqual(original.length, 1)
      assert.strictEqual(septetsOf(original.charCodeAt(0)), 0)
      for (const unit of replacement.split("")) assert.isAbove(septetsOf(unit.charCodeAt(0)), 0)
    }
  })

  it("never costs a segment more, changes nothing the second time, and keeps a text valid", () => {
    fc.assert(fc.property(anything, (text) => {
      const alike = toLookalikes(text)
      assert.isAtMost(segment(alike).segments, segment(text).segments)
      assert.strictEqual(toLookalikes(alike), alike)
      if (alike !== text) assert.strictEqual(segment(alike).encoding, "GSM-7")
      if (refusal(text) === undefined) assert.strictEqual(refusal(alike), undefined)
    }), { numRuns: 1000 })
  })
})

import { assert, describe, it } from "@effect/vitest"
import { refusal } from "@parley/schema/MessageText"
import { segment } from "@parley/schema/Segments"
import { clean, fit } from "../src/SmsTexts.ts"

const room = { maxSegments: 1, maxTexts: 2 }
/** 41 characters, with the space. */
const sentence = "We open at nine and close at half past 5. "
const words = "word ".repeat(80)

const rows: ReadonlyArray<readonly [name: string, text: string, texts: ReadonlyArray<string>, isCut?: boolean]> = [
  ["what fits stays as it is", "See you at 10:00.", ["See you at 10:00."]],
  ["blank text is none", " \n\u200b ", []],
  ["what is too long becomes two texts, at the end of a sentence", sentence.repeat(5), [sentence.repeat(3).trim(), sentence.repeat(2).trim()]],
  ["a paragraph is a better place than a sentence", `${sentence.repeat(2)}\n\n${sentence.repeat(2)}`, [sentence.repeat(2).trim(), sentence.repeat(2).trim()]],
  ["a pause near the beginning is no place to break", `Hi. ${"word ".repeat(40)}`, [`Hi. ${"word ".repeat(31).trim()}`, "word ".repeat(9).trim()]],
  ["a dot within a number ends no sentence", `${"x".repeat(90)} 3.14 ${"y".repeat(90)}`, [`${"x".repeat(90)} 3.14`, "y".repeat(90)]],
  ["what has no pause at all is broken where it must be", "x".repeat(200), ["x".repeat(160), "x".repeat(40)]],
  ["what is beyond all room is cut after a whole sentence", sentence.repeat(9), [sentence.repeat(3).trim(), sentence.repeat(3).trim()], true],
  ["or else after a whole word, with dots of GSM-7", words, ["word ".repeat(32).trim(), `${"word ".repeat(31).trim()}...`], true],
  ["and where there is no word either, within it", "x".repeat(400), ["x".repeat(160), `${"x".repeat(157)}...`], true],
  ["an emoji is never cut in two", "\u{1F600}".repeat(40), ["\u{1F600}".repeat(35), "\u{1F600}".repeat(5)]],
  ["only the texts with characters outside GSM-7 pay for them", `${sentence.repeat(3)}\n\nĎakujeme`, [sentence.repeat(3).trim(), "Ďakujeme"]]
]

describe("SmsTexts", () => {
  for (const [name, text, texts, isCut = false] of rows) {
    it(name, () => {
      assert.deepStrictEqual(fit(text, room), { texts, isCut })
    })
  }

  it("an answer that broke off ends with its last whole sentence, or with dots", () => {
    assert.deepStrictEqual(fit("We open at nine. We close at ha", room, true), { texts: ["We open at nine."], isCut: true })
    assert.deepStrictEqual(fit("We open at nine and we close at ha", room, true), { texts: ["We open at nine and we close..."], isCut: true })
  })

  it("takes out what no text may hold", () => {
    assert.strictEqual(clean("  a\u0000b\u001b[31m\tc\r\nd \t\r\n\r\n\n\ne\ud83d "), "ab[31m c\nd\n\ne\ufffd")
  })

  it("makes texts that can be sent of anything, within their room, in time that does not explode", () => {
    const pieces = ["a", " ", "\n", "\n\n", ". ", "€", "ß", "—", "\u{1F600}", "\ud83d", "\u0000", "\u200b", "word", "[", "^", "…", "\u3002"]
    // A generator of its own (the minimal standard one), so that a failure comes again.
    let seed = 42
    const next = (below: number) => {
      seed = seed * 48_271 % 2_147_483_647
      return seed % below
    }
    for (let run = 0; run < 400; run++) {
      const text = Array.from({ length: next(900) }, () => pieces[next(pieces.length)]).join("")
      const [maxSegments, maxTexts] = [1 + next(10), 1 + next(10)]
      const { isCut, texts } = fit(text, { maxSegments, maxTexts }, next(5) === 0)
      assert.isAtMost(texts.length, maxTexts)
      for (const one of texts) {
        assert.isUndefined(refusal(one), JSON.stringify(text))
        assert.isAtMost(segment(one).segments, maxSegments)
      }
      const bare = (of: string) => clean(of).replace(/[\s\p{Default_Ignorable_Code_Point}]/gu, "")
      if (!isCut) assert.strictEqual(bare(texts.join("")), bare(text))
    }
    for (const text of [`a${" ".repeat(250_000)}b`, "\n".repeat(250_000), ". ".repeat(125_000), "x".repeat(250_000)]) assert.isAtMost(fit(text, { maxSegments: 10, maxTexts: 10 }).texts.length, 10)
  })
})

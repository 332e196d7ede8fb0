import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { Country } from "@parley/schema/Country"
import { classify, type ConsentAction, defaultReplies } from "../src/Consent.ts"

const US = Country.make("US")
const CA = Country.make("CA")
const subscribed = { agentCountry: US, optedOut: false }
const optedOut = { agentCountry: US, optedOut: true }

const keywords: Record<ConsentAction, ReadonlyArray<string>> = {
  stop: ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"],
  start: ["START", "UNSTOP"],
  help: ["HELP", "INFO"]
}
const everyKeyword = Object.values(keywords).flat()

/** Any case, any white space around, at most one trailing mark. */
const disguised = (keyword: string) =>
  fc.tuple(
    fc.array(fc.boolean(), { minLength: keyword.length, maxLength: keyword.length }),
    fc.stringMatching(/^[ \n\t\u00A0]{0,3}$/u),
    fc.constantFrom("", ".", "!", "?", ",", ";"),
    fc.stringMatching(/^[ \n\t\u00A0]{0,3}$/u)
  ).map(([upper, before, mark, after]) => before + keyword.split("").map((letter, i) => upper[i] === true ? letter : letter.toLowerCase()).join("") + mark + after)

describe("Consent", () => {
  for (const action of ["stop", "start", "help"] as const) {
    for (const keyword of keywords[action]) {
      it(`takes ${keyword} for ${action}, however it is written`, () => {
        fc.assert(fc.property(disguised(keyword), fc.boolean(), (text, optedOut) => {
          assert.deepStrictEqual(classify(text, { agentCountry: US, optedOut }), { _tag: action, reply: defaultReplies[action], source: "keyword" })
        }), { numRuns: 50 })
      })
    }
  }

  it("trims again once the trailing mark is gone", () => {
    assert.strictEqual(classify("stop .", subscribed)._tag, "stop")
  })

  it("answers with the published texts", () => {
    assert.deepStrictEqual(["STOP", "START", "HELP"].map((text) => classify(text, subscribed).reply), [
      "You have been unsubscribed and will not receive further messages. Reply START to resubscribe.",
      "You have been resubscribed and will receive messages again.",
      "Reply STOP to unsubscribe or START to resubscribe."
    ])
  })

  it("takes YES for a start from a user who has opted out, and for an answer from anyone else", () => {
    assert.strictEqual(classify("Yes!", optedOut)._tag, "start")
    assert.strictEqual(classify("Yes!", subscribed)._tag, "none")
  })

  for (const text of ["arret", "ARRÊT", "arre\u0302t."]) {
    it(`honours ${text} on Canadian numbers only`, () => {
      assert.strictEqual(classify(text, { agentCountry: CA, optedOut: false })._tag, "stop")
      assert.strictEqual(classify(text, subscribed)._tag, "none")
      assert.strictEqual(classify(text, { agentCountry: undefined, optedOut: false })._tag, "none")
    })
  }

  for (const text of ["STOP!!", "STOP it", "please stop", "S T O P", "STOP:", "\"STOP\"", "STOPPED", "", "?", ".", "constructor", "__proto__", "STOP" + ".".repeat(30)]) {
    it(`leaves ${JSON.stringify(text)} to the agent`, () => {
      assert.deepStrictEqual(classify(text, subscribed), { _tag: "none", reply: null })
    })
  }

  it("answers with the policy's own texts where there are some", () => {
    const replies = { stop: "Bye." }
    assert.strictEqual(classify("stop", { ...subscribed, replies }).reply, "Bye.")
    assert.strictEqual(classify("help", { ...subscribed, replies }).reply, defaultReplies.help)
  })

  it("takes over what the carrier handled, whatever the text, without a reply", () => {
    fc.assert(fc.property(fc.string(), fc.constantFrom("STOP", "HELP"), fc.boolean(), (text, carrierOptOutType, optedOut) => {
      assert.deepStrictEqual(classify(text, { agentCountry: US, optedOut, carrierOptOutType }), {
        _tag: carrierOptOutType === "STOP" ? "stop" : "help",
        reply: null,
        source: "carrier_keyword"
      })
    }))
    assert.deepStrictEqual(classify("start", { ...optedOut, carrierOptOutType: "START" }), { _tag: "start", reply: null, source: "carrier_keyword" })
  })

  it("keeps a YES as an answer that the carrier took for a start, unless the user has opted out here", () => {
    assert.strictEqual(classify("yes", { ...subscribed, carrierOptOutType: "START" })._tag, "none")
    assert.strictEqual(classify("yes", { ...optedOut, carrierOptOutType: "START" })._tag, "start")
  })

  it("takes no text with a second word for a keyword", () => {
    fc.assert(fc.property(fc.constantFrom(...everyKeyword), fc.stringMatching(/^[a-z]{1,12}$/u), (keyword, word) => {
      assert.strictEqual(classify(`${keyword} ${word}`, optedOut)._tag, "none")
      assert.strictEqual(classify(`${word} ${keyword}`, optedOut)._tag, "none")
    }))
  })
})

import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { MediaUrls, SomeMediaUrls } from "../src/MediaUrl.ts"

const problem = (urls: ReadonlyArray<unknown>, schema: typeof MediaUrls = MediaUrls) => {
  const decoded = Schema.decodeUnknownResult(schema)(urls)
  return Result.isSuccess(decoded) ? "ok" : decoded.failure.message
}

describe("MediaUrl", () => {
  for (
    const url of [
      "https://example.com/ticket.png",
      "https://example.com",
      "https://example.com:8443/a%20b?size=large&x=%C3%A9#part",
      "https://xn--bcher-kva.example/1",
      `https://example.com/${"a".repeat(1_980)}`
    ]
  ) {
    it(`takes ${url.slice(0, 60)}`, () => assert.strictEqual(problem([url]), "ok"))
  }

  for (
    const url of [
      "",
      "ticket.png",
      "http://example.com/ticket.png",
      "HTTPS://example.com/ticket.png",
      "ftp://example.com/ticket.png",
      "data:image/png;base64,AAAA",
      "https://",
      "https:///ticket.png",
      "https://user:secret@example.com/ticket.png",
      "https://example.com\\@evil.example/",
      "https://example.com/a b",
      "https://example.com/é",
      "https://example.com/\n",
      " https://example.com/"
    ]
  ) {
    it(`refuses ${JSON.stringify(url)}`, () => assert.match(problem([url]), /must be an https URL without user and password/u))
  }

  it("refuses one that is too long, and what is no text", () => {
    assert.match(problem([`https://example.com/${"a".repeat(1_981)}`]), /must be at most 2000 characters, not 2001/u)
    assert.notStrictEqual(problem([5]), "ok")
  })

  it("takes ten of a message and not eleven; one at least where there is no text", () => {
    const urls = Array.from({ length: 11 }, (_, n) => `https://example.com/${n}`)
    assert.strictEqual(problem(urls.slice(0, 10)), "ok")
    assert.match(problem(urls), /must be at most 10, not 11/u)
    assert.strictEqual(problem([]), "ok")
    assert.notStrictEqual(problem([], SomeMediaUrls), "ok")
    assert.deepInclude(Schema.toJsonSchemaDocument(MediaUrls).schema, { type: "array", maxItems: 10 })
  })
})

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

  for (
    const host of [
      "localhost", "LOCALHOST", "files", "files.", "a.localhost", "printer.local", "media.internal", "nas.home.arpa", "127.0.0.1", "10.0.0.8", "172.16.0.1", "172.31.255.255", "192.168.1.5", "169.254.169.254",
      "100.64.0.1", "100.127.0.1", "0.0.0.0", "[::1]", "[::]", "[fd12::1]", "[fe80::1]"
    ]
  ) {
    it(`refuses what the carrier can't reach: ${host}`, () => {
      for (const rest of ["", ":8443", "/a.png", ":8443/a.png?b#c"]) assert.include(problem([`https://${host}${rest}`]), `must be at a public address, not at ${host.replace(/\.$/u, "")}: the carrier fetches it`)
    })
  }

  for (const host of ["localhost.example.com", "internal.example.com", "10.example.com", "127.example.com", "8.8.8.8", "172.15.0.1", "172.32.0.1", "100.63.0.1", "100.128.0.1", "192.169.0.1", "photos.zip", "[2606:4700::1111]"]) {
    it(`takes what it can: ${host}`, () => assert.deepStrictEqual([problem([`https://${host}/a.png`]), problem([`https://${host}`])], ["ok", "ok"]))
  }

  for (const file of ["logo.svg", "page.html", "page.HTM", "all.zip", "letter.docx", "prices.xlsx?sheet=1", "talk.ppt#2"]) {
    it(`refuses what carriers do not take: ${file}`, () => assert.match(problem([`https://example.com/${file}`]), /must be a picture, sound, film, contact, date or PDF, not [A-Z]+, which carriers do not take: send it as PNG or PDF/u))
  }

  for (const file of ["image.php", "a.svg/render", "a?name=logo.svg", "ticket.pkpass", "me.vcf", "slot.ics", "tone.amr", "htm", "photo.jpeg#x.zip"]) {
    it(`leaves to the carrier what may be of any type: ${file}`, () => assert.strictEqual(problem([`https://example.com/${file}`]), "ok"))
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

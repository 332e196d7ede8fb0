import { afterAll, expect, it } from "vitest"
import { contentSecurityPolicy } from "../src/Docs.ts"
import { serve } from "./Stub.ts"

const { dispose, handler } = serve()
afterAll(dispose)

const docs = () => handler(new Request("http://parley.test/docs"))

/** What a browser fetches by itself: elements with a source, style sheets, and imports and images in style. */
const loaded = (html: string) => {
  const markup = html.replace(/<script[^>]*>[\s\S]*?<\/script>/gu, "")
  const styles = [...html.matchAll(/<style>([\s\S]*?)<\/style>/gu)].map(([, style]) => style ?? "").join("\n")
  return [
    ...[...html.matchAll(/<script[^>]*\ssrc\s*=\s*["']?([^"'\s>]+)/gu)].map(([, url]) => url),
    ...[...markup.matchAll(/<(?:link|img|iframe|base)[^>]*\s(?:src|href)\s*=\s*["']?([^"'\s>]+)/gu)].map(([, url]) => url),
    ...[...styles.matchAll(/(?:@import\s+|url\(\s*)["']?([^"')\s]+)/gu)].map(([, url]) => url)
  ].filter((url) => url !== undefined && !url.startsWith("data:") && !url.startsWith("#"))
}

it("the docs are one page that loads nothing from elsewhere", async () => {
  const response = await docs()
  const html = await response.text()
  expect([response.status, response.headers.get("content-type")]).toEqual([200, expect.stringMatching(/^text\/html/u)])
  expect(html).toContain("/v1/outbound-sms")
  expect(loaded(html)).toEqual([])
})

it("the browser is told to allow nothing else", async () => {
  expect((await docs()).headers.get("content-security-policy")).toBe(contentSecurityPolicy)
  expect(contentSecurityPolicy).not.toMatch(/https?:|\*/u)
})

it("the policy stays with the docs", async () => {
  expect((await handler(new Request("http://parley.test/v1/sessions"))).headers.get("content-security-policy")).toBeNull()
})

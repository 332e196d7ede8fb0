/** What is built, as far as no other test would notice: tests of single parts run their sources. */
import { readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { entry } from "@parley/scripts/BuiltGateway"
import { expect, it } from "vitest"

const built = readdirSync(dirname(entry)).filter((file) => file.endsWith(".js")).map((file) => readFileSync(join(dirname(entry), file), "utf8"))
const leftOut = built.flatMap((code) => [...code.matchAll(/Twilio's (\w+) is left out of the bundle/gu)].map(([, part = ""]) => part))

const adapter = join(import.meta.dirname, "../../../packages/twilio/src")
const sources = readdirSync(adapter).filter((file) => file.endsWith(".ts")).map((file) => readFileSync(join(adapter, file), "utf8"))
/** `client.messages` and the like are short for parts of `client.api`. */
const parts = new Set(sources.flatMap((code) => [...code.matchAll(/\bclient\s*\.(\w+)/gu)].map(([, part = ""]) => part)).map((part) => /^(?:messages|incomingPhoneNumbers|availablePhoneNumbers)$/u.test(part) ? "api" : part))

it("has each part of the carrier's API that the adapter calls, and no other", () => {
  expect([...parts].toSorted()).toEqual(["accounts", "api", "messaging", "pricing"])
  expect(leftOut.map((part) => part.toLowerCase()).filter((part) => parts.has(part))).toEqual([])
  expect(leftOut.length).toBeGreaterThan(25)
})

/** What no caller should send: values of the wrong kind, and bodies that are none. */
import fc from "fast-check"
import type { Json } from "./JsonSchema.ts"

const nested = (depth: number): Json => {
  let value: Json = 1
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value }
  return value
}

export const strings: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 40, unit: "binary" }),
  fc.string({ maxLength: 40, unit: "grapheme" }),
  fc.constantFrom(
    "", " ", "\u0000", "a\u0000b", "\ud800", "\udfff\ud800", "\u202e\u2066", "\ufeff", "\r\nSet-Cookie: a=b", "%00", "%", "%ff%fe", "%2e%2e%2f", "../../etc/passwd",
    "' OR 1=1 --", "\"; DROP TABLE messages; --", "{{7*7}}", "${jndi:ldap://x}", "<script>", "__proto__", "constructor", "toString", "null", "undefined", "NaN", "1e999", "-0", "0x10",
    "+", "+0", "+1", "+15005550006x", "＋１５００５５５０００６", "+1500555000600000000000", "TW_SMS_", "msg_", "2026-02-30T00:00:00Z", "9999999-01-01T00:00:00Z", "-271821-04-20T00:00:00.000Z",
    "👩🏽‍🚀".repeat(200), "é".normalize("NFD").repeat(100), "[\\]^{|}~€".repeat(100), "\u0007\u001b[31m", "STOP", "stop."
  ),
  fc.tuple(fc.constantFrom("a", "\u4e00", "\u{1f600}", "\u0000"), fc.constantFrom(1_599, 1_600, 1_601, 5_000, 20_000)).map(([unit, times]) => unit.repeat(times))
)

export const values: fc.Arbitrary<Json> = fc.oneof(
  strings,
  fc.constantFrom<Json>(null, true, false, 0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER, [], {}, [[]], [null], { a: 1 }, ["+15005550006"]),
  fc.constantFrom(50, 500).map(nested),
  fc.array(fc.integer(), { minLength: 500, maxLength: 2_000 }),
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>
)

const isObject = (value: Json): value is { readonly [key: string]: Json } => typeof value === "object" && value !== null && !Array.isArray(value)

/** One part of it is another thing, is missing, or is too much. */
export const mutated = (value: Json): fc.Arbitrary<Json> => {
  if (!isObject(value)) return values
  const keys = Object.keys(value)
  const key = keys.length === 0 ? fc.constant("a") : fc.constantFrom(...keys)
  return fc.oneof(
    { weight: 5, arbitrary: fc.tuple(key, values).map(([key, other]) => ({ ...value, [key]: other })) },
    { weight: 2, arbitrary: key.map((key) => Object.fromEntries(Object.entries(value).filter(([name]) => name !== key))) },
    { weight: 2, arbitrary: fc.tuple(strings, values).map(([name, other]) => ({ ...value, [name]: other })) },
    { weight: 1, arbitrary: fc.integer({ min: 100, max: 3_000 }).map((count) => ({ ...value, ...Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i])) })) },
    { weight: 1, arbitrary: values }
  )
}

/** Bytes in place of the body's own. */
export const brokenBody = (body: Buffer): fc.Arbitrary<Buffer> =>
  fc.oneof(
    fc.nat({ max: Math.max(body.length - 1, 0) }).map((length) => body.subarray(0, length)),
    fc.tuple(fc.nat({ max: body.length }), fc.uint8Array({ minLength: 1, maxLength: 6 })).map(([at, bytes]) => Buffer.concat([body.subarray(0, at), bytes, body.subarray(at)])),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.constantFrom("", "null", "[]", "\"", "{", "{\"message\":", "{}{}", "\ufeff{}", "{\"a\":1,\"a\":2}", "// no\n{}", "NaN", "{\"__proto__\":{\"x\":1}}", "\u0000").map((text) => Buffer.from(text)),
    fc.constantFrom("[", "{\"a\":").map((text) => Buffer.from(text.repeat(10_000))),
    fc.constantFrom(65_535, 65_536, 65_537, 300_000).map((size) => Buffer.alloc(size, "a")),
    fc.constantFrom(65_500, 70_000).map((size) => Buffer.from(JSON.stringify({ message: "a".repeat(size), user_number: "+14155550100" }))),
    fc.constant(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("{}", "utf16le")]))
  )

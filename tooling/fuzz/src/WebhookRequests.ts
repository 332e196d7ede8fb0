/** The carrier's webhooks: recorded bodies, mutated, signed as they then are or not at all. */
import fc from "fast-check"
import { sign } from "@parley/carrier-sim/Signature"
import { inbound, status } from "@parley/twilio/testing/RecordedForms"
import { brokenBody, strings } from "./Hostile.ts"
import type { FuzzRequest } from "./Requests.ts"

export interface Carrier {
  readonly accountSid: string
  readonly authToken: string
  /** The gateway's public address, which is what is signed. */
  readonly url: string
  readonly project: string
  readonly numbers: ReadonlyArray<string>
  readonly users: ReadonlyArray<string>
}

const recorded = [...Object.values(inbound).map((form) => ["sms", form] as const), ...Object.values(status).map((form) => ["status", form] as const)]

type Fields = ReadonlyArray<readonly [string, string]>

/** The form as it would come from this account, with an id of its own. */
const own = (form: string, carrier: Carrier, user: string, number: string, sid: string): Fields =>
  [...new URLSearchParams(form)].map(([name, value]) => [
    name,
    name === "AccountSid"
      ? carrier.accountSid
      : value.startsWith("+1500")
      ? number
      : value.startsWith("+1501")
      ? user
      : name.endsWith("Sid") && /^[SM]M/u.test(value)
      ? sid
      : value
  ])

const names = ["Body", "From", "To", "MessageSid", "NumMedia", "MediaUrl0", "MediaContentType0", "MessageStatus", "ErrorCode", "ErrorMessage", "OptOutType", "AccountSid", "SmsSid", "NumSegments", "__proto__", ""]

const mutated = (fields: Fields): fc.Arbitrary<Fields> => {
  const at = fc.nat({ max: Math.max(fields.length - 1, 0) })
  return fc.oneof(
    { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...names), strings).map(([name, value]) => [...fields.filter(([each]) => each !== name), [name, value] as const]) },
    { weight: 2, arbitrary: at.map((i) => fields.filter((_, j) => j !== i)) },
    { weight: 2, arbitrary: fc.tuple(at, strings).map(([i, value]) => fields.map((field, j) => j === i ? [field[0], value] as const : field)) },
    { weight: 1, arbitrary: at.map((i) => [...fields, fields[i] ?? ["a", "b"] as const]) },
    { weight: 1, arbitrary: fc.tuple(strings, strings).map(([name, value]) => [...fields, [name, value] as const]) },
    { weight: 1, arbitrary: fc.constantFrom("-1", "11", "1e9", "NaN", "0x1", "").map((count) => [...fields, ["NumMedia", count] as const]) }
  )
}

const encode = (fields: Fields): string => {
  const form = new URLSearchParams()
  for (const [name, value] of fields) form.append(name, value)
  return form.toString()
}

/** What a receiver makes of a body: the parameters that are signed. */
const parametersOf = (body: Buffer): Record<string, ReadonlyArray<string>> => {
  const form = new URLSearchParams(body.toString("utf8"))
  return Object.fromEntries([...new Set(form.keys())].map((name) => [name, form.getAll(name)]))
}

export const webhooks = (carrier: Carrier): fc.Arbitrary<FuzzRequest> =>
  fc.record({
    recorded: fc.constantFrom(...recorded),
    user: fc.constantFrom(...carrier.users),
    number: fc.constantFrom(...carrier.numbers),
    sid: fc.stringMatching(/^SM[0-9a-f]{32}$/u),
    chance: fc.nat({ max: 99 }),
    project: fc.oneof({ weight: 20, arbitrary: fc.constant(`${carrier.project}/live`) }, { weight: 1, arbitrary: fc.constantFrom("nobody/live", `${carrier.project}/dev`, `${carrier.project}/no`, "%00/live", "__proto__/live") }),
    query: fc.oneof({ weight: 5, arbitrary: fc.constant("") }, { weight: 1, arbitrary: fc.constantFrom("?message=msg_01KAV5RK8ETQ8Y4V2N6W3Z7J9C", "?message=", "?message=%00", "?message=a&message=b", "?%", "?bodySHA256=00") }),
    signature: fc.constantFrom("right", "right", "right", "right", "right", "right", "wrong", "none", "twice")
  }).chain(({ chance, number, project, query, recorded: [kind, form], sid, signature, user }) => {
    const fields = own(form, carrier, user, number, sid)
    const whole = (chance < 55 ? mutated(fields) : fc.constant(fields)).map((all) => Buffer.from(encode(all)))
    return (chance % 10 === 0 ? whole.chain(brokenBody) : whole).map((body): FuzzRequest => {
      const path = `/twilio/${project}/${kind}${query}`
      const right = ["X-Twilio-Signature", sign(carrier.authToken, carrier.url + path, parametersOf(body))] as const
      const signed = signature === "right" ? [right] : signature === "twice" ? [right, right] : signature === "wrong" ? [["X-Twilio-Signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="] as const] : []
      const type = chance === 7 ? "application/json" : "application/x-www-form-urlencoded; charset=UTF-8"
      return { method: "POST", path, headers: [["Content-Type", type], ...signed], body }
    })
  })

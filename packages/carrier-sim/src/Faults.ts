/** Faults on demand: rules that say what goes wrong, for which requests, messages or webhooks, and how often. */
import { amount, flag, InvalidControl, objectOf, onlyFields, text, texts } from "./InvalidControl.ts"

/** What goes wrong. The first word of each group says when: at a request of the REST API, at the end of a message, or at a webhook. */
export type FaultEffect =
  /** The request is handled later. */
  | { readonly type: "latency"; readonly ms: number }
  /** 429, code 20429: not processed. */
  | { readonly type: "too-many-requests" }
  /** A 5xx instead of processing. `status` default 503. */
  | { readonly type: "error-before"; readonly status?: number }
  /** Processed (a message exists), and then a 5xx. `status` default 500. */
  | { readonly type: "error-after"; readonly status?: number }
  /** The connection breaks; not processed. */
  | { readonly type: "lost-before" }
  /** Processed, and then the connection breaks. */
  | { readonly type: "lost-after" }
  /** Processed, and never answered. */
  | { readonly type: "hold-after" }
  /** Refused with this error code, as if the request were wrong. */
  | { readonly type: "reject"; readonly code: number }
  /** The answer to a create call waits until the message's first status callback has been answered (at most 5 s). */
  | { readonly type: "callback-first" }
  /** The message ends `undelivered` or `failed` with this error code. */
  | { readonly type: "fail"; readonly code: number; readonly status?: "failed" | "undelivered" }
  /** The webhook is sent `copies` times in all, at once or each after the other's answer. */
  | { readonly type: "duplicate"; readonly copies: number; readonly concurrent?: boolean }
  /** The webhook is sent later. */
  | { readonly type: "delay"; readonly ms: number }
  /** The webhook is not sent. */
  | { readonly type: "drop" }
  /** A message's `sent` callback comes after its last one. */
  | { readonly type: "reorder" }

type Stage = "request" | "message" | "webhook"

const stages: Readonly<Record<FaultEffect["type"], Stage>> = {
  latency: "request",
  "too-many-requests": "request",
  "error-before": "request",
  "error-after": "request",
  "lost-before": "request",
  "lost-after": "request",
  "hold-after": "request",
  reject: "request",
  "callback-first": "request",
  fail: "message",
  duplicate: "webhook",
  delay: "webhook",
  drop: "webhook",
  reorder: "webhook"
}

/** All that are given must agree. `path` and `body` are regular expressions; the others are compared as they are. */
export interface FaultMatch {
  readonly method?: string
  readonly path?: string
  readonly to?: string
  readonly from?: string
  readonly body?: string
  /** Webhooks only. */
  readonly webhook?: "inbound" | "status"
  /** Status callbacks only: which ones. */
  readonly statuses?: ReadonlyArray<string>
}

export interface FaultRule {
  readonly match?: FaultMatch
  /** How often it strikes at most; without it, until the faults are replaced. */
  readonly count?: number
  /** 0 to 1; without it, always. */
  readonly probability?: number
  readonly effect: FaultEffect
}

/** What a rule is held against. A missing field agrees with no condition on it. */
export interface FaultSubject {
  readonly method?: string
  readonly path?: string
  readonly to?: string
  readonly from?: string | null
  readonly body?: string
  readonly webhook?: "inbound" | "status"
  readonly status?: string
}

export interface RuleState extends FaultRule {
  /** How often it struck. */
  readonly struck: number
}

export interface Faults {
  /** Replaces all rules. Fails with `InvalidControl`. */
  set(rules: unknown): void
  list(): ReadonlyArray<RuleState>
  /** The effects that strike now, in the order of the rules; each counts. */
  strike(stage: Stage, subject: FaultSubject): ReadonlyArray<FaultEffect>
}

const parseEffect = (value: unknown): FaultEffect => {
  const fields = objectOf(value, "A fault's effect")
  const type = text.required(fields, "type", "A fault's effect")
  const what = `The effect "${type}"`
  const only = (...names: Array<string>) => onlyFields(fields, ["type", ...names], what)
  const statusField = () => {
    const status = amount.optional(fields, "status", what)
    if (status !== undefined && (status < 500 || status > 599)) throw new InvalidControl({ message: `"status" of ${what} must be between 500 and 599.` })
    return status === undefined ? {} : { status }
  }
  switch (type) {
    case "latency":
    case "delay":
      only("ms")
      return { type, ms: amount.required(fields, "ms", what) }
    case "error-before":
      only("status")
      return { type, ...statusField() }
    case "error-after":
      only("status")
      return { type, ...statusField() }
    case "reject":
      only("code")
      return { type, code: amount.required(fields, "code", what) }
    case "fail": {
      only("code", "status")
      const status = text.optional(fields, "status", what)
      if (status !== undefined && status !== "failed" && status !== "undelivered") throw new InvalidControl({ message: `"status" of ${what} must be failed or undelivered.` })
      return { type, code: amount.required(fields, "code", what), ...(status === undefined ? {} : { status }) }
    }
    case "duplicate": {
      only("copies", "concurrent")
      const copies = amount.required(fields, "copies", what)
      if (!Number.isInteger(copies) || copies < 2 || copies > 100) throw new InvalidControl({ message: `"copies" of ${what} counts the first one too: 2 to 100.` })
      return { type, copies, concurrent: flag.optional(fields, "concurrent", what) ?? false }
    }
    case "too-many-requests":
    case "lost-before":
    case "lost-after":
    case "hold-after":
    case "callback-first":
    case "drop":
    case "reorder":
      only()
      return { type }
    default:
      throw new InvalidControl({ message: `There is no effect "${type}"; there are: ${Object.keys(stages).join(", ")}.` })
  }
}

const pattern = (source: string | undefined, name: string): RegExp | undefined => {
  if (source === undefined) return undefined
  try {
    return new RegExp(source, "u")
  } catch {
    throw new InvalidControl({ message: `"${name}" of a fault's match must be a regular expression, which ${JSON.stringify(source)} is not.` })
  }
}

const matcher = (value: unknown): ((subject: FaultSubject) => boolean) => {
  const what = "a fault's match"
  const fields = value === undefined ? {} : objectOf(value, "A fault's match")
  onlyFields(fields, ["method", "path", "to", "from", "body", "webhook", "statuses"], "A fault's match")
  const method = text.optional(fields, "method", what)?.toUpperCase()
  const path = pattern(text.optional(fields, "path", what), "path")
  const body = pattern(text.optional(fields, "body", what), "body")
  const to = text.optional(fields, "to", what)
  const from = text.optional(fields, "from", what)
  const webhook = text.optional(fields, "webhook", what)
  if (webhook !== undefined && webhook !== "inbound" && webhook !== "status") throw new InvalidControl({ message: `"webhook" of ${what} must be inbound or status.` })
  const statuses = texts.optional(fields, "statuses", what)
  return (subject) =>
    (method === undefined || method === subject.method) &&
    (path === undefined || (subject.path !== undefined && path.test(subject.path))) &&
    (body === undefined || (subject.body !== undefined && body.test(subject.body))) &&
    (to === undefined || to === subject.to) &&
    (from === undefined || from === subject.from) &&
    (webhook === undefined || webhook === subject.webhook) &&
    (statuses === undefined || (subject.status !== undefined && statuses.includes(subject.status)))
}

interface Compiled {
  readonly rule: FaultRule
  readonly stage: Stage
  readonly matches: (subject: FaultSubject) => boolean
  struck: number
}

const compile = (value: unknown): Compiled => {
  const fields = objectOf(value, "A fault")
  onlyFields(fields, ["match", "count", "probability", "effect"], "A fault")
  const effect = parseEffect(fields["effect"])
  const probability = amount.optional(fields, "probability", "a fault")
  if (probability !== undefined && probability > 1) throw new InvalidControl({ message: "\"probability\" of a fault must be between 0 and 1." })
  const count = amount.optional(fields, "count", "a fault")
  const rule: FaultRule = {
    ...(fields["match"] === undefined ? {} : { match: fields["match"] as FaultMatch }),
    ...(count === undefined ? {} : { count }),
    ...(probability === undefined ? {} : { probability }),
    effect
  }
  const matches = matcher(fields["match"])
  // Only a `sent` can be held back until after the last status.
  return { rule, stage: stages[effect.type], matches: effect.type === "reorder" ? (subject) => subject.status === "sent" && matches(subject) : matches, struck: 0 }
}

/** mulberry32: the same seed gives the same chances. */
const chances = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

export const makeFaults = (seed: number): Faults => {
  let rules: ReadonlyArray<Compiled> = []
  let chance = chances(seed)
  return {
    set: (value) => {
      const list = Array.isArray(value) ? value : [value]
      rules = list.map(compile)
      chance = chances(seed)
    },
    list: () => rules.map(({ rule, struck }) => ({ ...rule, struck })),
    strike: (stage, subject) => {
      if (rules.length === 0) return []
      const effects: Array<FaultEffect> = []
      for (const each of rules) {
        if (each.stage !== stage || !each.matches(subject)) continue
        if (each.rule.count !== undefined && each.struck >= each.rule.count) continue
        if (each.rule.probability !== undefined && chance() >= each.rule.probability) continue
        each.struck++
        effects.push(each.rule.effect)
      }
      return effects
    }
  }
}

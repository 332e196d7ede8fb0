/** `parley numbers …`: the numbers of a project, through a running gateway. */
import { Console, Effect } from "effect"
import type { AgentNumber, AvailableNumber, BuyNumberParams, Environment, NumberOperation, NumberPlan, Parley, Price } from "@parley/sdk"
import { call, CallFailed, client } from "./ClientCommands.ts"

/** What to look for: flags that were not given are `undefined`. */
export interface Wish {
  readonly country: string | undefined
  readonly areaCode: string | undefined
  readonly contains: string | undefined
  readonly type: AvailableNumber["type"] | undefined
}

/** How a number is taken on. */
export interface Provision {
  readonly environment: Environment | undefined
  readonly registration: AgentNumber["registration"] | undefined
  readonly campaign: string | undefined
  readonly dryRun: boolean
  readonly json: boolean
}

/** An object without the fields that are `undefined`, which the SDK's types tell from absent ones. */
type Given<A> = { readonly [K in keyof A]?: Exclude<A[K], undefined> }
const given = <A extends object>(fields: A) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<A>

const priceOf = (price: Price | null) => price === null ? "price not told by the carrier" : `${price.amount} ${price.currency} a month`

const print = (json: boolean, value: unknown, lines: ReadonlyArray<string>) => json ? Console.log(JSON.stringify(value, null, 2)) : Effect.forEach(lines, (line) => Console.log(line), { discard: true })

const offerLine = ({ country, locality, monthlyPrice, needsAddress, number, region, type }: AvailableNumber) =>
  [number, country, type, [locality, region].filter((part) => part !== null).join(", ") || "-", priceOf(monthlyPrice), ...(needsAddress ? ["needs an address"] : [])].join("\t")

export const search = Effect.fnUntraced(function*(wish: Wish, limit: number, json: boolean) {
  const { country, ...rest } = wish
  if (country === undefined) return yield* new CallFailed({ detail: "--country is missing: two letters, like US" })
  const parley = yield* client
  const offers = yield* call(() => parley.numbers.search({ country, limit, ...given(rest) }))
  yield* print(json, offers, offers.length === 0 ? ["No number like that is for sale."] : offers.map(offerLine))
})

export const list = Effect.fnUntraced(function*(json: boolean) {
  const parley = yield* client
  const numbers = yield* call(() => Array.fromAsync(parley.numbers.list({ limit: 100 })))
  const line = (each: AgentNumber) => [each.number, each.environment, each.country, each.type, each.registration, `${each.segmentsPerSecond}/s`, each.mms ? "mms" : "no mms", `${each.queued} queued`, ...(each.waitingFor === null ? [] : [each.waitingFor])].join("\t")
  yield* print(json, numbers, numbers.length === 0 ? ["No numbers."] : numbers.map(line))
})

const planLines = (plan: NumberPlan, isImport: boolean) => [
  ...plan.steps.map((step, index) => `${index + 1}. ${step}`),
  isImport ? "Nothing is bought." : `Monthly price: ${plan.monthlyPrice === null ? "not told by the carrier" : `${plan.monthlyPrice.amount} ${plan.monthlyPrice.currency}`}`,
  "Nothing was done (--dry-run)."
]

const isFinal = ({ stage }: NumberOperation) => stage === "active" || stage === "failed" || stage === "released"

const pollEvery = "300 millis"
// A number that is given up may have texts waiting until the morning: the gateway goes on without anybody looking.
const polls = 100

const stageLine = ({ number, stage, trouble }: NumberOperation) => `${number}\t${stage}${trouble === null ? "" : `\t${trouble.detail}`}`

/** Shows each stage as it is reached. */
const follow = Effect.fnUntraced(function*(parley: Parley, begun: NumberOperation, json: boolean) {
  let now = begun
  let shown = ""
  for (let poll = 0; poll < polls; poll++) {
    const line = stageLine(now)
    if (!json && line !== shown) yield* Console.log(line)
    shown = line
    if (isFinal(now)) break
    yield* Effect.sleep(pollEvery)
    now = yield* call(() => parley.numbers.operation(begun.id))
  }
  if (json) yield* Console.log(JSON.stringify(now, null, 2))
  if (now.stage === "failed") return yield* new CallFailed({ detail: now.trouble?.detail ?? "The operation failed." })
  if (!isFinal(now)) yield* Console.error(`Operation ${now.id} goes on by itself. Look again: parley numbers status ${now.id}`)
})

export const buy = Effect.fnUntraced(function*(number: string | undefined, wish: Wish, options: Provision) {
  const parley = yield* client
  const params: BuyNumberParams = given({ number, ...wish, environment: options.environment, registration: options.registration, campaign: options.campaign })
  if (!options.dryRun) return yield* follow(parley, yield* call(() => parley.numbers.buy(params)), options.json)
  const plan = yield* call(() => parley.numbers.plan(params))
  yield* print(options.json, plan, planLines(plan, false))
})

export const adopt = Effect.fnUntraced(function*(number: string, options: Provision) {
  const parley = yield* client
  const params = { number, ...given({ environment: options.environment, registration: options.registration, campaign: options.campaign }) }
  if (!options.dryRun) return yield* follow(parley, yield* call(() => parley.numbers.import(params)), options.json)
  const plan = yield* call(() => parley.numbers.plan({ ...params, import: true }))
  yield* print(options.json, plan, planLines(plan, true))
})

export const release = Effect.fnUntraced(function*(number: string, json: boolean) {
  const parley = yield* client
  yield* follow(parley, yield* call(() => parley.numbers.release(number)), json)
})

export const status = Effect.fnUntraced(function*(id: string, json: boolean) {
  const parley = yield* client
  const operation = yield* call(() => parley.numbers.operation(id))
  yield* print(json, operation, [stageLine(operation)])
})

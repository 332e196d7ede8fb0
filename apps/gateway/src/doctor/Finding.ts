/** What the doctor found: a sentence that says what is so, what follows from it, and what to do. */
import type { Effect } from "effect"
import type { MarketFailure, NumberMarket } from "@parley/core/ports/NumberMarket"

/** What removes a finding. Safe: it costs nothing and speaks to nobody. */
export interface Repair {
  /** Findings with the same key are removed by one repair. */
  readonly key: string
  /** What is so afterwards, in a sentence. */
  readonly done: string
  readonly run: Effect.Effect<void, MarketFailure, NumberMarket>
}

export interface Finding {
  /** `problem`: texts, calls or the start fail. `warning`: they may, or something is weaker than it should be. `fixed`: it was one of the two. */
  readonly level: "ok" | "fixed" | "warning" | "problem"
  /** What it is about, in few words: `settings`, `project demo`, `number +15005550006`. */
  readonly about: string
  readonly message: string
  /** Missing: a person has to see to it. */
  readonly repair?: Repair | undefined
}

export const ok = (about: string, message: string): Finding => ({ level: "ok", about, message })
export const warning = (about: string, message: string): Finding => ({ level: "warning", about, message })
export const problem = (about: string, message: string): Finding => ({ level: "problem", about, message })

/** The findings, each of which the repair removes. */
export const repairable = (findings: ReadonlyArray<Finding>, repair: Repair): ReadonlyArray<Finding> => findings.map((finding) => ({ ...finding, repair }))

export const count = (findings: ReadonlyArray<Finding>, level: Finding["level"]): number => findings.filter((finding) => finding.level === level).length

const several = (n: number, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`

/** `2 problems, 1 warning`, after `3 fixed, ` where something was. */
export const summary = (findings: ReadonlyArray<Finding>): string =>
  `${count(findings, "fixed") === 0 ? "" : `${count(findings, "fixed")} fixed, `}${several(count(findings, "problem"), "problem")}, ${several(count(findings, "warning"), "warning")}`

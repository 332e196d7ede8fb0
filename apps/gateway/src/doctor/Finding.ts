/** What the doctor found: a sentence that says what is so, what follows from it, and what to do. */

export interface Finding {
  /** `problem`: texts, calls or the start fail. `warning`: they may, or something is weaker than it should be. */
  readonly level: "ok" | "warning" | "problem"
  /** What it is about, in few words: `settings`, `project demo`, `number +15005550006`. */
  readonly about: string
  readonly message: string
}

export const ok = (about: string, message: string): Finding => ({ level: "ok", about, message })
export const warning = (about: string, message: string): Finding => ({ level: "warning", about, message })
export const problem = (about: string, message: string): Finding => ({ level: "problem", about, message })

export const count = (findings: ReadonlyArray<Finding>, level: Finding["level"]): number => findings.filter((finding) => finding.level === level).length

const several = (n: number, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`

/** `2 problems, 1 warning`. */
export const summary = (findings: ReadonlyArray<Finding>): string =>
  `${several(count(findings, "problem"), "problem")}, ${several(count(findings, "warning"), "warning")}`

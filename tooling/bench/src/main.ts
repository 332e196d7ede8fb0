/** `pnpm bench sdk`: measures, and prints what it measured as Markdown. */
const suites: Readonly<Record<string, () => Promise<string>>> = {
  sdk: async () => (await import("./SdkBench.ts")).measure()
}

const [name = ""] = process.argv.slice(2)
const suite = suites[name]
if (suite === undefined) {
  console.error(`Say what to measure: pnpm bench ${Object.keys(suites).join(" | ")}`)
  process.exit(1)
}
console.log(await suite())

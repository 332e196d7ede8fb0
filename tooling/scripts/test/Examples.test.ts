import { assert, describe, it } from "vitest"
import { documentedExamples, examplesOf } from "../src/examples.ts"

const fence = "```"
const blocks = (...of: ReadonlyArray<readonly [info: string, code: string]>) => of.map(([info, code]) => `${fence}${info}\n${code}\n${fence}\n`).join("\n")

describe("examples", () => {
  it("a continued block is part of the example before it", () => {
    const { examples } = examplesOf("packages/x", blocks(["ts example", "const a = 1"], ["sh", "ls"], ["ts example continued", "a + 1"]))
    assert.deepStrictEqual(examples, [{ folder: "packages/x", file: "README.md", line: 1, code: "const a = 1\na + 1\n", needs: "nothing", notRun: null }])
  })

  it("a block that is not run needs a reason", () => {
    const { examples, unmarked } = examplesOf("packages/x", blocks(["ts example not-run: it never ends", "1"], ["ts example not-run:", "2"]))
    assert.deepStrictEqual(examples.map(({ notRun }) => notRun), ["it never ends"])
    assert.deepStrictEqual(unmarked.map(({ line }) => line), [5])
  })

  it("a block without a mark, and one that continues nothing, are told", () => {
    assert.strictEqual(examplesOf("packages/x", blocks(["ts", "1"], ["ts example continued", "2"])).unmarked.length, 2)
  })

  it("a docstring's example is a program, with a client where it speaks of one", () => {
    const source = ["/**", " * What it is.", " * @example", " * ```ts", " * const list = await parley.numbers.list()", " *", " * list.data", " * ```", " */", "export const a = 1"].join("\n")
    const [example, ...others] = documentedExamples("apps/x", "src/A.ts", source)
    assert.deepStrictEqual(others, [])
    assert.strictEqual(example?.line, 4)
    assert.match(example?.code ?? "", /^import \{ Parley as Client \}.*\nconst parley = .*\nconst list = await parley\.numbers\.list\(\)\n\nlist\.data\n$/u)
    assert.strictEqual(documentedExamples("apps/x", "src/A.ts", source.replaceAll("parley.numbers.list()", "1"))[0]?.code, "const list = await 1\n\nlist.data\n")
  })
})

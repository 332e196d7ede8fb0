import { assert, describe, it } from "vitest"
import { examplesOf } from "../src/examples.ts"

const fence = "```"
const blocks = (...of: ReadonlyArray<readonly [info: string, code: string]>) => of.map(([info, code]) => `${fence}${info}\n${code}\n${fence}\n`).join("\n")

describe("examples", () => {
  it("a continued block is part of the example before it", () => {
    const { examples } = examplesOf("packages/x", blocks(["ts example", "const a = 1"], ["sh", "ls"], ["ts example continued", "a + 1"]))
    assert.deepStrictEqual(examples, [{ folder: "packages/x", line: 1, code: "const a = 1\na + 1\n", needs: "nothing", notRun: null }])
  })

  it("a block that is not run needs a reason", () => {
    const { examples, unmarked } = examplesOf("packages/x", blocks(["ts example not-run: it never ends", "1"], ["ts example not-run:", "2"]))
    assert.deepStrictEqual(examples.map(({ notRun }) => notRun), ["it never ends"])
    assert.deepStrictEqual(unmarked.map(({ line }) => line), [5])
  })

  it("a block without a mark, and one that continues nothing, are told", () => {
    assert.strictEqual(examplesOf("packages/x", blocks(["ts", "1"], ["ts example continued", "2"])).unmarked.length, 2)
  })
})

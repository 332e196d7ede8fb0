import { expect, it } from "vitest"
import { table } from "../src/Comparison.ts"

const columns = [{ title: "size", show: (bytes: number) => `${bytes} B` }, { title: "time", show: (millis: number) => `${millis.toFixed(1)} ms` }]

it("each figure says how many times ours it is", () => {
  expect(table(columns, [{ name: "ours", figures: [100, 0.5] }, { name: "theirs", figures: [250, 1] }])).toBe(
    ["|  | size | time |", "| --- | ---: | ---: |", "| ours | 100 B | 0.5 ms |", "| theirs | 250 B (2.5 ×) | 1.0 ms (2.0 ×) |"].join("\n")
  )
})

it("a figure of ours that is nothing gives no ratio", () => {
  expect(table(columns, [{ name: "ours", figures: [0, -0.1] }, { name: "theirs", figures: [250, 1] }])).toContain("| theirs | 250 B | 1.0 ms |")
})

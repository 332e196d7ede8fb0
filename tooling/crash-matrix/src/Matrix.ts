/** Which kills are played in which worlds, and the table of what came of them. */
import { allBoundaries, boundaries, type Boundary } from "./Boundary.ts"
import type { WorldResult } from "./World.ts"

/** One row of the table: all worlds of one boundary. */
export interface Row {
  readonly boundary: Boundary
  readonly worlds: ReadonlyArray<WorldResult>
}

/** Kills of one boundary, in worlds of at most `atMost`. */
export const worldsOf = (kills: number, atMost: number): ReadonlyArray<number> => {
  const worlds = Math.ceil(kills / atMost)
  return Array.from({ length: worlds }, (_, i) => Math.floor((kills * (i + 1)) / worlds) - Math.floor((kills * i) / worlds))
}

/** So many kills in all, evenly over these boundaries. */
export const killsOf = (kills: number, over: ReadonlyArray<Boundary> = allBoundaries): ReadonlyMap<Boundary, number> => {
  const most = over.length
  return new Map(over.map((boundary, i) => [boundary, Math.floor((kills * (i + 1)) / most) - Math.floor((kills * i) / most)]))
}

const counted = ["accepted", "delivered", "failed", "suppressed", "unknown", "lost", "duplicated", "arrived"] as const

const columns = ["boundary", "kills", "there", ...counted, "wrong"] as const

const cells = (name: string, worlds: ReadonlyArray<WorldResult>): ReadonlyArray<string> => {
  const sum = (of: (world: WorldResult) => number) => String(worlds.reduce((all, world) => all + of(world), 0))
  const wrong = worlds.flatMap((world) => world.problems).filter((problem) => !/^(?:lost|doubled):/u.test(problem)).length
  return [name, sum((world) => world.kills), sum((world) => world.atBoundary), ...counted.map((key) => sum((world) => world[key])), String(wrong)]
}

/** Rows as a Markdown table: names in the first column, numbers in the others. */
export const markdown = (all: ReadonlyArray<ReadonlyArray<string>>): string => {
  const [head = [], ...body] = all
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const line = (row: ReadonlyArray<string>) => `| ${row.map((cell, column) => column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)).join(" | ")} |`
  const rule = `|${widths.map((width, column) => `${column === 0 ? "-" : " "}${"-".repeat(width)}${column === 0 ? "-" : ":"}`).join("|")}|`
  return [line(head), rule, ...body.map(line)].join("\n")
}

/** The table of what came of the kills. `there`: kills that struck at their boundary, the others having come late. `wrong`: everything that is neither lost nor doubled and still not as it should be. */
export const table = (rows: ReadonlyArray<Row>): string =>
  markdown([[...columns], ...rows.map(({ boundary, worlds }) => cells(boundary, worlds)), cells("all", rows.flatMap(({ worlds }) => worlds))])

export const legend = (): string => allBoundaries.map((boundary) => `  ${boundary.padEnd(16)} ${boundaries[boundary]}`).join("\n")

/** Whether every text is accounted for. */
export const isClean = (rows: ReadonlyArray<Row>): boolean => rows.every(({ worlds }) => worlds.every((world) => world.problems.length === 0))

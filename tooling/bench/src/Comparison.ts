/** Figures side by side, as a Markdown table. */

export interface Column {
  readonly title: string
  /** How a figure is shown, with its unit. */
  readonly show: (figure: number) => string
}

export interface Row {
  readonly name: string
  /** One for each column; lower is better. */
  readonly figures: ReadonlyArray<number>
}

const ratio = (figure: number, ours: number) => ours <= 0 ? "" : ` (${(figure / ours).toFixed(1)} ×)`

/** The first row is what the others are compared with: their figures also say how many times its own they are. */
export const table = (columns: ReadonlyArray<Column>, rows: ReadonlyArray<Row>): string => {
  const [ours] = rows
  const line = (cells: ReadonlyArray<string>) => `| ${cells.join(" | ")} |`
  return [
    line(["", ...columns.map(({ title }) => title)]),
    line(["---", ...columns.map(() => "---:")]),
    ...rows.map((row) => line([row.name, ...row.figures.map((figure, index) => (columns[index]?.show(figure) ?? String(figure)) + (row === ours ? "" : ratio(figure, ours?.figures[index] ?? 0)))]))
  ].join("\n")
}

/** Server-sent events as they arrive, in pieces of any size. Source: the HTML standard, "Server-sent events". */

/** What stands between two empty lines. `data` is null where nothing is told but the id. */
export interface Frame {
  readonly id: string | null
  readonly data: string | null
}

/** Takes the text of a stream piece by piece; brings the frames that each piece completes. */
export const frameReader = (): (piece: string) => ReadonlyArray<Frame> => {
  let rest = ""
  let id: string | null = null
  let data: Array<string> = []
  const read = (line: string, frames: Array<Frame>) => {
    if (line === "") {
      if (id !== null || data.length > 0) frames.push({ id, data: data.length === 0 ? null : data.join("\n") })
      id = null
      data = []
      return
    }
    const [, field = line, value = ""] = /^([^:]*):? ?(.*)$/su.exec(line) ?? []
    if (field === "id") id = value
    if (field === "data") data.push(value)
  }
  return (piece) => {
    const frames: Array<Frame> = []
    // A piece may end between the two characters of one line's end.
    const lines = (rest + piece).split(/\r\n|\n|\r(?!$)/u)
    rest = lines.pop() ?? ""
    for (const line of lines) read(line, frames)
    return frames
  }
}

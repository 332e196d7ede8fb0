/** A JSON file that a person names on the command line; `-` is standard input. */
import { Effect, FileSystem, Schema, Stdio, Stream } from "effect"

/** It can't be read, or is no JSON. `problem`: a clause that says which. */
export class Unreadable extends Schema.TaggedError<Unreadable>()("Unreadable", { problem: Schema.String }) {
  override get message(): string {
    return this.problem
  }
}

// Error tags of the system, in the words of whoever named the file.
const reasons: Readonly<Record<string, string>> = {
  NotFound: "there is no such file",
  PermissionDenied: "this user may not read it",
  BadResource: "it is no file"
}

const readText = Effect.fnUntraced(function*(file: string) {
  if (file !== "-") return yield* (yield* FileSystem.FileSystem).readFileString(file)
  const { stdin } = yield* Stdio.Stdio
  return yield* Stream.mkString(Stream.decodeText(stdin))
})

/** What it holds, of whichever shape. */
export const read = Effect.fnUntraced(function*(file: string) {
  const text = yield* readText(file).pipe(
    Effect.mapError((error) => new Unreadable({ problem: reasons[error.reason._tag] ?? `it can't be read: ${error.message}` }))
  )
  return yield* Effect.try({
    try: (): unknown => JSON.parse(text),
    catch: (error) => new Unreadable({ problem: `it is not JSON: ${error instanceof Error ? error.message : String(error)}` })
  })
})

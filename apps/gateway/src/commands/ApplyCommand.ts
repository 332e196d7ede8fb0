/** `parley apply -f project.json`. */
import { Console, Effect, Schema } from "effect"
import * as Apply from "../Apply.ts"
import * as Mistakes from "../Mistakes.ts"
import * as ProjectFile from "../ProjectFile.ts"
import { environmentLookup } from "../Secrets.ts"
import * as JsonFile from "./JsonFile.ts"
import { withStore } from "./Offline.ts"

/** The file can't be used; `message` says why, with the place. */
export class BadProjectFile extends Schema.TaggedError<BadProjectFile>()("BadProjectFile", { file: Schema.String, problems: Schema.Array(Schema.String) }) {
  override get message(): string {
    return `${this.file === "-" ? "The project file" : this.file} is not valid:\n${this.problems.map((problem) => `  - ${problem}`).join("\n")}`
  }
}

const read = Effect.fnUntraced(function*(file: string) {
  const bad = (...problems: ReadonlyArray<string>) => new BadProjectFile({ file, problems })
  const json = yield* JsonFile.read(file).pipe(Effect.mapError(({ problem }) => bad(problem)))
  return yield* ProjectFile.decode(json).pipe(Effect.mapError((error) => bad(...Mistakes.sentences(error.issue, "the file"))))
})

const signs = { add: "+", change: "~", remove: "-" } as const

export const apply = Effect.fnUntraced(function*(file: string, dryRun: boolean) {
  const wanted = yield* read(file)
  yield* withStore(() =>
    Effect.gen(function*() {
      const changes = yield* Apply.plan(wanted, environmentLookup)
      for (const change of changes) yield* Console.log(`${signs[change.kind]} ${change.about}`)
      if (changes.length === 0) return yield* Console.log(`Project ${wanted.project} is as the file says; nothing to do.`)
      if (dryRun) return yield* Console.log("Nothing was changed (--dry-run).")
      yield* Apply.apply(changes)
      yield* Console.log(`Applied ${changes.length} change${changes.length === 1 ? "" : "s"} to project ${wanted.project}.`)
    })
  )
})

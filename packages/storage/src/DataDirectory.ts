/** The directory of a database file. */
import { existsSync, mkdirSync } from "node:fs"
import { dirname } from "node:path"

/** Creates the directory that a file is to be in, for its owner alone, and those above it. Throws where the system refuses. */
export const makeDirectoryOf = (filename: string): void => {
  const directory = dirname(filename)
  if (existsSync(directory)) return
  makeDirectoryOf(directory)
  // Not `recursive`: with that, Node tries for ever where a directory's parent exists and still nothing can be made in it.
  mkdirSync(directory, { mode: 0o700 })
}

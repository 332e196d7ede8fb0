/** Where secrets come from: the environment, by the name that a project or a command gives. */
import { Option } from "effect"
import type { Lookup } from "./Apply.ts"

/** An empty variable counts as unset. */
export const environmentLookup: Lookup = (name) => Option.filter(Option.fromNullishOr(process.env[name]), (value) => value !== "")

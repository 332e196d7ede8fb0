/** What takes the store from a gateway that runs: another gateway, where only a network holds it, or damage. */
import { Context, Effect, Schema } from "effect"

/** How a gateway serves a database: by itself, or with others that share the work. */
export const Serving = Schema.Literals(["alone", "together"])
export type Serving = typeof Serving.Type

const remedy = (serving: Serving, by: Serving): string => {
  if (serving === "together") return "a gateway process that serves it alone. Restart that one with CLUSTER_HOST set, or stop it."
  return by === "together"
    ? "gateway processes that serve it together. Set CLUSTER_HOST so that this one joins them, or stop them, or set DATABASE_URL to another database."
    : "another gateway process. Stop that one, or set DATABASE_URL to another database."
}

/** Another process serves this database, and does not share it with one that would serve it as this one would. */
export class DatabaseInUse extends Schema.TaggedError<DatabaseInUse>()("DatabaseInUse", { database: Schema.String, serving: Serving, by: Serving }) {
  override get message(): string {
    return `${this.database} is in use by ${remedy(this.serving, this.by)}`
  }
}

/** A page of the store is not what was written. What else is wrong with it nobody knows, so nothing more is to be written. `advice`: a sentence. */
export class StoreDamaged extends Schema.TaggedError<StoreDamaged>()("StoreDamaged", { store: Schema.String, advice: Schema.String, cause: Schema.Defect() }) {
  override get message(): string {
    const why = this.cause instanceof Error ? ` (${this.cause.message})` : ""
    return `${this.store} is damaged${why}, so nothing more is written to it. ${this.advice}`
  }
}

/**
 * What gateways that serve one database together have to agree on: the tables' meaning, the locks, the shards, the wake-ups. Raise it with a
 * release whose processes can't work beside those of the release before; that release says how to get past it.
 */
export const protocol = 1

/** Processes of releases that are too far apart serve this database; this one would understand what they write otherwise, or they what it writes. */
export class ReleasesApart extends Schema.TaggedError<ReleasesApart>()("ReleasesApart", { database: Schema.String, ours: Schema.Int, theirs: Schema.Int }) {
  override get message(): string {
    const [older, newer] = this.ours < this.theirs ? ["this process's", "theirs"] : ["theirs", "this process's"]
    return `${this.database} is served by processes of a release that does not work together with this one's (protocol ${this.theirs}; this process speaks ${this.ours}). Releases work together with the one before and the one after: go from ${older} to ${newer} one release at a time, or stop all processes first.`
  }
}

/** Fails when the store was lost to another gateway or to damage; never before. */
export const StoreLost = Context.Reference<Effect.Effect<never, DatabaseInUse | ReleasesApart | StoreDamaged>>("@parley/storage/StoreLost", {
  defaultValue: () => Effect.never
})

/** The store of a gateway may go to another gateway while it runs, where only a network holds it. */
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

/** Fails when the store was lost to another gateway; never before, and never for a store that can't be lost. */
export const StoreLost = Context.Reference<Effect.Effect<never, DatabaseInUse>>("@parley/storage/StoreLost", {
  defaultValue: () => Effect.never
})

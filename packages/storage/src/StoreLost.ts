/** The store of a gateway may go to another gateway while it runs, where only a network holds it. */
import { Context, Effect, Schema } from "effect"

/** Another process serves this database. */
export class DatabaseInUse extends Schema.TaggedError<DatabaseInUse>()("DatabaseInUse", { database: Schema.String }) {
  override get message(): string {
    return `${this.database} is in use by another gateway process. Stop that one, or set DATABASE_URL to another database.`
  }
}

/** Fails when the store was lost to another gateway; never before, and never for a store that can't be lost. */
export const StoreLost = Context.Reference<Effect.Effect<never, DatabaseInUse>>("@parley/storage/StoreLost", {
  defaultValue: () => Effect.never
})

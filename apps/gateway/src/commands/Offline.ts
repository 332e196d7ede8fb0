/** What commands that work on the store itself share: the settings and the store, beside a gateway that may be running. */
import { Effect, Layer, Schema } from "effect"
import { builtIn, CurrentAvailability } from "@parley/core/Availability"
import * as SqliteStore from "@parley/storage/SqliteStore"
import * as Logging from "../Logging.ts"
import * as Settings from "../Settings.ts"

/** The store's file can't be opened or brought up to date. */
export class StoreUnusable extends Schema.TaggedError<StoreUnusable>()("StoreUnusable", { filename: Schema.String, cause: Schema.Defect() }) {
  override get message(): string {
    return `The store ${this.filename} can't be opened: ${rootOf(this.cause)}. Check DATABASE_URL, the file's permissions and the disk; "parley doctor" looks closer.`
  }
}

/** What went wrong first, which says most. */
export const rootOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause)
  return cause.cause instanceof Error ? rootOf(cause.cause) : cause.message
}

/** Without the lock: SQLite lets a running gateway and a command write in turn. */
export const withStore = <A, E, R>(use: (settings: Settings.Settings) => Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const settings = yield* Settings.read(process.env)
    const filename = settings.databaseFile
    const store = Layer.effectContext(Effect.mapError(Layer.build(SqliteStore.layer({ filename })), (cause) => new StoreUnusable({ filename, cause })))
    return yield* use(settings).pipe(
      Effect.provideService(CurrentAvailability, settings.availability ?? builtIn),
      Effect.provide(store),
      Effect.provide(Logging.layer({ ...settings, logLevel: "Error" }))
    )
  })

/** What commands that work on the store itself share: the settings and the store, beside a gateway that may be running. */
import { Effect } from "effect"
import { builtIn, CurrentAvailability } from "@parley/core/Availability"
import * as SqliteStore from "@parley/storage/SqliteStore"
import * as Logging from "../Logging.ts"
import * as Settings from "../Settings.ts"

/** Without the lock: SQLite lets a running gateway and a command write in turn. */
export const withStore = <A, E, R>(use: (settings: Settings.Settings) => Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const settings = yield* Settings.read(process.env)
    return yield* use(settings).pipe(
      Effect.provideService(CurrentAvailability, settings.availability ?? builtIn),
      Effect.provide(SqliteStore.layer({ filename: settings.databaseFile })),
      Effect.provide(Logging.layer({ ...settings, logLevel: "Error" }))
    )
  })


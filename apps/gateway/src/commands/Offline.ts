/** What commands that work on the store itself share: the settings and the store, beside a gateway that may be running. */
import { Effect } from "effect"
import { builtIn, CurrentAvailability } from "@parley/core/Availability"
import { Ids } from "@parley/core/Ids"
import * as Logging from "../Logging.ts"
import * as Settings from "../Settings.ts"
import * as Store from "../Store.ts"

/** Without the gateway's lock. */
export const withStore = <A, E, R>(use: (settings: Settings.Settings) => Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const settings = yield* Settings.read(process.env)
    const store = Store.open(settings.store)
    return yield* use(settings).pipe(
      Effect.provideService(CurrentAvailability, settings.availability ?? builtIn),
      Effect.provide([store, Ids.layer]),
      Effect.provide(Logging.layer({ ...settings, logLevel: "Error" }))
    )
  })

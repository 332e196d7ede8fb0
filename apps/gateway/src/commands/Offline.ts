/** What commands that work on the store itself share: the settings and the store, beside a gateway that may be running. */
import { Effect, Layer, Schema } from "effect"
import { builtIn, CurrentAvailability } from "@parley/core/Availability"
import { Ids } from "@parley/core/Ids"
import * as Logging from "../Logging.ts"
import * as Settings from "../Settings.ts"
import * as Store from "../Store.ts"
import * as StoreLocation from "../StoreLocation.ts"

/** The store can't be opened or brought up to date. */
export class StoreUnusable extends Schema.TaggedError<StoreUnusable>()("StoreUnusable", { store: Schema.String, advice: Schema.String, cause: Schema.Defect() }) {
  override get message(): string {
    return `${this.store} can't be opened: ${rootOf(this.cause)}. ${this.advice}; "parley doctor" looks closer.`
  }
}

/** What somebody may look at whose store can't be opened. */
export const adviceFor = (location: StoreLocation.StoreLocation): string =>
  location._tag === "Sqlite" ? "Check DATABASE_URL, the file's permissions and the disk" : "Check DATABASE_URL, that the server runs, and that its role may create tables"

const unusable = (location: StoreLocation.StoreLocation) => (cause: unknown) =>
  new StoreUnusable({ store: StoreLocation.describe(location), advice: adviceFor(location), cause })

/** What went wrong first, which says most. */
export const rootOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause)
  return cause.cause instanceof Error ? rootOf(cause.cause) : cause.message
}

/** Without the gateway's lock. */
export const withStore = <A, E, R>(use: (settings: Settings.Settings) => Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const settings = yield* Settings.read(process.env)
    const store = Layer.effectContext(Effect.mapError(Layer.build(Store.open(settings.store)), unusable(settings.store)))
    return yield* use(settings).pipe(
      Effect.provideService(CurrentAvailability, settings.availability ?? builtIn),
      Effect.provide([store, Ids.layer]),
      Effect.provide(Logging.layer({ ...settings, logLevel: "Error" }))
    )
  })

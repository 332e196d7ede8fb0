/** The composition root: which adapter stands behind which port. */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Duration, Effect, Layer, Option, Redacted } from "effect"
import { HttpRouter, type HttpServer } from "effect/http"
import type { Sharding } from "effect/cluster"
import { NetAddress } from "effect/net"
import { isForbidden } from "@parley/agents/AddressGuard"
import * as Agents from "@parley/agents/Agents"
import * as EventPosts from "@parley/agents/EventPosts"
import * as Provisioner from "@parley/cluster/Provisioner"
import * as Registrar from "@parley/cluster/Registrar"
import * as SingleProcess from "@parley/cluster/SingleProcess"
import { CurrentAvailability } from "@parley/core/Availability"
import { CurrentHousekeepingTimes } from "@parley/core/Housekeeping"
import { Ids } from "@parley/core/Ids"
import { CurrentLineTimes } from "@parley/core/LineTimes"
import type { Wakeups } from "@parley/core/ports/Wakeups"
import { CurrentReceiptTimes } from "@parley/core/Receipts"
import * as EventJson from "@parley/http/EventJson"
import * as EventStreams from "@parley/http/EventStreams"
import * as Routes from "@parley/http/Routes"
import * as TwilioCarrier from "@parley/twilio/TwilioCarrier"
import * as TwilioMedia from "@parley/twilio/TwilioMedia"
import * as TwilioNumbers from "@parley/twilio/TwilioNumbers"
import * as TwilioRegistrations from "@parley/twilio/TwilioRegistrations"
import * as TwilioRedactor from "@parley/twilio/TwilioRedactor"
import * as TwilioRoutes from "@parley/twilio/TwilioRoutes"
import * as Accounts from "./Accounts.ts"
import type { Lookup } from "./Apply.ts"
import * as CarrierEventsLive from "./CarrierEventsLive.ts"
import { cannotListen } from "./Listening.ts"
import * as Server from "./Server.ts"
import type { Settings } from "./Settings.ts"
import * as Store from "./Store.ts"
import type * as Together from "./Together.ts"
import * as Tracing from "./Tracing.ts"

export interface GatewayOptions {
  readonly settings: Settings
  /** Secrets by the name of their environment variable. */
  readonly lookup: Lookup
  /** Agents and webhooks on this very machine may be called: for development. */
  readonly allowLoopbackAgents: boolean
}

/** Longer than a call of the carrier, shorter than what a supervisor waits before it kills. */
const stopWithin = Duration.seconds(8)

/** The store, and the lock that keeps off it every gateway that does not share the work. */
export const store = (settings: Pick<Settings, "store" | "cluster">) => Store.serve(settings.store, settings.cluster === null ? "alone" : "together")

/** The operator's table in place of the built-in one, where there is one. */
export const availability = (settings: Pick<Settings, "availability">) =>
  settings.availability === null ? Layer.empty : Layer.succeed(CurrentAvailability, settings.availability)

/** Who works: this process alone, or together with the others of its database. The socket runner is loaded only where it is used. */
const workers = ({ cluster, store }: Pick<Settings, "store" | "cluster">): Layer.Layer<
  Wakeups | Sharding.Sharding,
  Layer.Error<typeof SingleProcess.layer> | Layer.Error<ReturnType<typeof Together.layer>>,
  Layer.Services<typeof SingleProcess.layer>
> =>
  cluster === null || store._tag === "Sqlite"
    ? SingleProcess.layer
    : Layer.unwrap(Effect.map(Effect.promise(() => import("./Together.ts")), ({ layer }) => layer(cluster, store.url)))

const server = ({ host, port }: Pick<Settings, "host" | "port">) =>
  NodeHttpServer.layer(() => Server.make(), { port, host, gracefulShutdownTimeout: stopWithin }).pipe(
    Layer.catchTag("ServeError", (error) => Layer.effectContext(Effect.fail(Option.getOrElse(cannotListen(error, { host, port, variable: "PORT" }), () => error))))
  )

/** Everything but the store: carrier, agents, owners, sweep and HTTP server. Ready when it is built. */
export const layer = ({ allowLoopbackAgents, lookup, settings }: GatewayOptions) =>
  Layer.unwrap(Effect.gen(function*() {
    const accountFor = yield* Accounts.make(settings, lookup)
    const lineTimes = { ...(yield* CurrentLineTimes), ...settings.settle }
    const receiptTimes = { ...(yield* CurrentReceiptTimes), ...settings.receipts }
    const publicUrl = settings.publicUrl === null ? null : new URL(settings.publicUrl)
    const fallbackUrl = settings.fallbackUrl === null ? null : new URL(settings.fallbackUrl)
    const baseUrl = settings.twilioBaseUrl === null ? null : new URL(settings.twilioBaseUrl)
    const timeout = Duration.seconds(8)
    const carrier = Layer.mergeAll(
      TwilioCarrier.layer({ accountFor, publicUrl, baseUrl, timeout }),
      TwilioNumbers.layer({ accountFor, publicUrl, fallbackUrl, baseUrl, timeout }),
      TwilioRegistrations.layer({ accountFor, baseUrl, timeout }),
      TwilioMedia.layer({ accountFor, baseUrl, isForbidden }),
      TwilioRedactor.layer({ accountFor, baseUrl, timeout })
    )
    const calls = {
      secret: (name: string) => Option.map(lookup(name), Redacted.make),
      allowLoopback: allowLoopbackAgents,
      allowPrivate: settings.agentAllowPrivate
    }
    const agents = Layer.mergeAll(Agents.layer(calls), EventPosts.layer({ ...calls, encode: EventJson.encode }))
    const owners = Layer.mergeAll(Provisioner.layer, Registrar.layer).pipe(
      Layer.provideMerge(workers(settings)),
      Layer.provideMerge(Layer.mergeAll(carrier, agents, Ids.layer, NodeCrypto.layerDigest))
    )
    const routes = Layer.mergeAll(
      Routes.layer,
      TwilioRoutes.layer({ accountFor, publicUrl, fallbackUrl }).pipe(Layer.provide(CarrierEventsLive.layer))
    )
    return EventStreams.endWithServer.pipe(
      Layer.provideMerge(HttpRouter.serve(routes, { disableLogger: true, disableListenLog: true })),
      Layer.provide(EventStreams.layer),
      Layer.provideMerge(server(settings)),
      Layer.provideMerge(owners),
      Layer.provide([Tracing.layer(settings), availability(settings), Layer.succeed(CurrentLineTimes, lineTimes), Layer.succeed(CurrentReceiptTimes, receiptTimes), Layer.succeed(CurrentHousekeepingTimes, { recordsKept: settings.recordsKept })])
    )
  }))

/** Where the server listens, for people. */
export const address = (server: HttpServer.HttpServer["Service"]): string =>
  server.address._tag === "UnixPathAddress" ? "a unix socket" : `http://${NetAddress.formatHost(server.address)}:${server.address.port}`

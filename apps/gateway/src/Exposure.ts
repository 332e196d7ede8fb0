/** Who can reach the gateway: a host of this machine only, or others too. */
import { Effect, Option, Schema } from "effect"
import { Directory } from "@parley/core/ports/Directory"
import * as ApiKeys from "./ApiKeys.ts"
import * as Demo from "./Demo.ts"
import type { Settings } from "./Settings.ts"

/** The demo's credentials are public: nobody but this machine may reach a gateway that takes them. */
export class DemoExposed extends Schema.TaggedError<DemoExposed>()("DemoExposed", { host: Schema.String }) {
  override get message(): string {
    return `HOST=${this.host} is reachable from other machines, and this store knows the demo's API key. Listen on 127.0.0.1, or use another store, or revoke the key: parley keys revoke`
  }
}

export const isLoopback = (host: string) => host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/u.test(host)

export const refuseExposedDemo = Effect.fnUntraced(function*(settings: Pick<Settings, "host">) {
  if (isLoopback(settings.host)) return
  const directory = yield* Directory
  const key = yield* directory.keyByHash(ApiKeys.hash(Demo.credentials.apiKey))
  if (Option.isSome(key) && key.value.revokedAt === null) return yield* new DemoExposed({ host: settings.host })
})

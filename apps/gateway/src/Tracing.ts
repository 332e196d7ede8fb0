/** Spans go to an OTLP collector when there is one; without one they cost nothing. */
import { Layer, References } from "effect"
import { FetchHttpClient } from "effect/http"
import { OtlpSerialization, OtlpTracer } from "effect/observability"
import type { Settings } from "./Settings.ts"

export const layer = (settings: Pick<Settings, "otlpEndpoint">) =>
  settings.otlpEndpoint === null
    ? Layer.succeed(References.TracerEnabled, false)
    : OtlpTracer.layer({
      url: `${settings.otlpEndpoint.replace(/\/+$/u, "")}/v1/traces`,
      resource: { serviceName: "parley" }
    }).pipe(Layer.provide(OtlpSerialization.layerJson), Layer.provide(FetchHttpClient.layer))

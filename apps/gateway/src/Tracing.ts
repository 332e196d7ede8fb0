/** Spans go to an OTLP collector when there is one, through the log's scrubber; without a collector they cost nothing. */
import { Effect, Layer, References } from "effect"
import { FetchHttpClient } from "effect/http"
import { OtlpSerialization, OtlpTracer } from "effect/observability"
import { scrub } from "./Logging.ts"
import type { Settings } from "./Settings.ts"

/** In an address a number may have lost its `+`, which a form encoder makes a space of. */
const digits = /\d{7,}/gu

const isUrl = (value: object) => "key" in value && typeof value.key === "string" && value.key.startsWith("url.")

/** The same spans without what must not be in a log: whole phone numbers and keys, wherever they stand. */
const scrubbed = <A>(value: A, inUrl = false): A => {
  if (typeof value === "string") return (inUrl ? scrub(value).replace(digits, ":number") : scrub(value)) as A
  if (Array.isArray(value)) return value.map((item) => scrubbed(item, inUrl)) as A
  if (typeof value !== "object" || value === null) return value
  const within = inUrl || isUrl(value)
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, scrubbed(item, within)])) as A
}

const serialization = Layer.effect(
  OtlpSerialization.OtlpSerialization,
  Effect.map(OtlpSerialization.OtlpSerialization, (json) => ({ ...json, traces: (data: OtlpTracer.TraceData) => json.traces(scrubbed(data)) }))
).pipe(Layer.provide(OtlpSerialization.layerJson))

export const layer = (settings: Pick<Settings, "otlpEndpoint">) =>
  settings.otlpEndpoint === null
    ? Layer.succeed(References.TracerEnabled, false)
    : OtlpTracer.layer({
      url: `${settings.otlpEndpoint.replace(/\/+$/u, "")}/v1/traces`,
      resource: { serviceName: "parley" }
    }).pipe(Layer.provide(serialization), Layer.provide(FetchHttpClient.layer))

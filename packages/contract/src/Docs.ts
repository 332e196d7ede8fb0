/** The page at `/docs`: Swagger UI with its assets inside, so that it works without a network. */
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { HttpApiSwagger } from "effect/http-api"
import { Api } from "./Api.ts"

/** The browser loads nothing from elsewhere, whatever the page says, and talks to its own origin only. */
export const contentSecurityPolicy =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"

const guarded = HttpRouter.middleware(
  (page) => Effect.map(page, HttpServerResponse.setHeader("content-security-policy", contentSecurityPolicy))
)

/**
 * Serves the docs.
 * @param path where, `/docs` by default
 */
export const layer = (path: `/${string}` = "/docs"): Layer.Layer<never, never, HttpRouter.HttpRouter> =>
  HttpApiSwagger.layer(Api, { path }).pipe(Layer.provide(guarded.layer))

/** The OpenAPI document as a file. */
import { OpenApi } from "effect/http-api"
import { Api } from "./Api.ts"

/** The command that brings the committed document up to date. */
export const command = "pnpm openapi"

/** The text of `openapi.json`. */
export const text = (): string => `${JSON.stringify(OpenApi.fromApi(Api), null, 2)}\n`

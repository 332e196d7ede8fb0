/** Where the store is, as `DATABASE_URL` says. */
import { Redacted } from "effect"
import * as PostgresUrl from "@parley/storage/PostgresUrl"

export type StoreLocation =
  | { readonly _tag: "Sqlite"; readonly filename: string }
  | { readonly _tag: "Postgres"; readonly url: Redacted.Redacted<string> }

/** Whether a text is a `DATABASE_URL`. */
export const isLocation = (text: string): boolean => /^file:./su.test(text) || PostgresUrl.isPostgresUrl(text)

/** @param text for which `isLocation` holds */
export const locate = (text: string): StoreLocation =>
  text.startsWith("file:") ? { _tag: "Sqlite", filename: text.slice("file:".length) } : { _tag: "Postgres", url: Redacted.make(text) }

/** For people, at the beginning of a sentence; without the password. */
export const describe = (location: StoreLocation): string =>
  location._tag === "Sqlite" ? `The store ${location.filename}` : PostgresUrl.describe(location.url)

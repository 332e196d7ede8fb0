/** What may be told, and must hold, of a database's URL. */
import { Redacted } from "effect"

/** `postgres://…` or `postgresql://…` that names a database. */
export const isPostgresUrl = (text: string): boolean =>
  /^postgres(?:ql)?:\/\//u.test(text) && URL.canParse(text) && new URL(text).pathname.length > 1

/** For people; without the name and password in it. */
export const describe = (url: Redacted.Redacted<string>): string => {
  const text = Redacted.value(url)
  if (!isPostgresUrl(text)) return "The database"
  const { host, pathname } = new URL(text)
  return `The database "${decodeURIComponent(pathname.slice(1))}" on ${host || "this machine"}`
}

/** Which methods a path has, read off the contract: what is asked in another way is a 405 that names them, and not a 404. */
import { HttpApi, type HttpApiGroup } from "effect/http-api"

interface Known {
  readonly pattern: RegExp
  readonly methods: Set<string>
}

const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/gu, "\\$&")

/** As the router understands paths: in either case, with any number of slashes. */
const patternOf = (path: string) => new RegExp(`^${path.split("/").map((part) => part.startsWith(":") ? "[^/]+" : escape(part)).join("/+")}/*$`, "iu")

/**
 * Makes the question for an API and other paths that are there to be read.
 * The answer is empty for a path that nothing has; every path that can be read answers HEAD too.
 */
export const make = <Id extends string, Groups extends HttpApiGroup.Constraint>(api: HttpApi.HttpApi<Id, Groups>, readOnly: ReadonlyArray<string>) => {
  const known = new Map<string, Known>()
  const add = (method: string, path: string) => {
    const shape = path.replace(/:\w+/gu, ":")
    const entry = known.get(shape) ?? { pattern: patternOf(shape), methods: new Set<string>() }
    entry.methods.add(method)
    if (method === "GET") entry.methods.add("HEAD")
    known.set(shape, entry)
  }
  HttpApi.reflect(api, { onGroup: () => {}, onEndpoint: ({ endpoint }) => add(endpoint.method, endpoint.path) })
  for (const path of readOnly) add("GET", path)
  return (url: string): ReadonlyArray<string> => {
    const path = url.split("?")[0] ?? ""
    return [...new Set([...known.values()].flatMap(({ methods, pattern }) => pattern.test(path) ? [...methods] : []))].toSorted()
  }
}

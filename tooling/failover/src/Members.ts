/** Gateway processes, the real ones, that serve one database together, each behind links of its own to the database and to the others. */
import { type Death, type GatewayProcess, pause, start } from "@parley/crash-matrix/GatewayProcess"
import { freePort } from "@parley/scripts/FreePort"
import { type Link, makeLink } from "./Link.ts"

export interface Member {
  readonly port: number
  /** Between it and the database. */
  readonly database: Link
  /** Between the others and it. */
  readonly others: Link
  /** Starts it; resolves when it takes requests and owns its share. */
  start(): Promise<void>
  /** Sends a signal. Only one that ends the process is waited for. */
  signal(signal: NodeJS.Signals): Promise<void>
  /** How it stands, as it says itself; null when it says nothing. */
  standing(): Promise<Standing | null>
  /** What it has written so far, all of its lives. */
  said(): string
}

export interface Standing {
  readonly shards: number
  readonly of: number
  readonly processes: number
}

export interface MemberOptions {
  readonly entry: string
  readonly env: Readonly<Record<string, string>>
  readonly databaseUrl: string
}

/** Longer than a stop may take, on a busy machine. */
const stopsWithinMillis = 20_000

const at = (url: string, port: number): string => {
  const other = new URL(url)
  other.port = String(port)
  return other.href
}

export const makeMember = async (options: MemberOptions, ended: (problem: string) => void): Promise<Member> => {
  const [port, listensOn] = [await freePort(), await freePort()]
  const [database, others] = [await makeLink(Number(new URL(options.databaseUrl).port)), await makeLink(listensOn)]
  const url = `http://127.0.0.1:${port}`
  let child: GatewayProcess | null = null
  let isExpected = false
  let said = ""

  const standing = async (): Promise<Standing | null> => {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1_000) }).then((response) => response.json() as Promise<{ readonly ownership?: Standing }>, () => null)
    return answer?.ownership ?? null
  }

  const wasEnded = (death: Death) => {
    said += death.said
    if (!isExpected) ended(`a process ended by itself with ${death.code ?? death.signal}: ${death.said.slice(-2_000)}`)
    else if (death.signal !== "SIGKILL" && death.code !== 0) ended(`a process that was told to stop ended with ${death.code ?? death.signal}: ${death.said.slice(-2_000)}`)
  }

  return {
    port,
    database,
    others,
    standing,
    said: () => said,
    start: async () => {
      isExpected = false
      const started = child = start({
        entry: options.entry,
        env: {
          ...options.env,
          PORT: String(port),
          DATABASE_URL: at(options.databaseUrl, database.port),
          CLUSTER_HOST: "127.0.0.1",
          CLUSTER_PORT: String(listensOn),
          CLUSTER_ADVERTISED_PORT: String(others.port)
        }
      }, ["serve"])
      void started.died.then(wasEnded)
      await started.ready(url)
      while ((await standing())?.shards === 0) await pause(50)
    },
    signal: async (signal) => {
      if (child === null) return
      const ends = signal === "SIGKILL" || signal === "SIGTERM"
      if (ends) isExpected = true
      child.kill(signal)
      if (!ends) return
      const isLate = pause(stopsWithinMillis).then(() => true)
      if (!await Promise.race([isLate, child.died.then(() => false)])) return
      ended(`a process did not end within ${stopsWithinMillis / 1_000} s of ${signal}`)
      child.kill("SIGKILL")
      await child.died
    }
  }
}

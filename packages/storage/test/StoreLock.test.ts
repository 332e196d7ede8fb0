import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { ChildProcess } from "node:child_process"
import { spawn } from "node:child_process"
import { existsSync, mkdirSync } from "node:fs"
import { dirname, join } from "node:path"
import * as StoreLock from "../src/StoreLock.ts"
import { temporaryFile } from "./TemporaryFile.ts"

const program = (filename: string) => `
  import { Effect, Layer } from "effect"
  import * as StoreLock from ${JSON.stringify(new URL("../src/StoreLock.ts", import.meta.url).href)}
  const hold = Effect.andThen(Effect.sync(() => console.log("held")), Effect.sleep("1 hour"))
  Effect.runPromise(hold.pipe(Effect.provide(StoreLock.layer(${JSON.stringify(filename)})))).catch((error) => console.log(error.message))
`

/** Another gateway on the file; its first line says whether it holds the lock. */
const otherProcess = Effect.fnUntraced(function*(filename: string) {
  const child = yield* Effect.acquireRelease(
    Effect.sync((): ChildProcess =>
      spawn(process.execPath, ["--conditions=source", "--input-type=module", "-e", program(filename)], {
        cwd: import.meta.dirname,
        stdio: ["ignore", "pipe", "inherit"]
      })
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )
  const line = yield* Effect.callback<string>((resume) => {
    child.stdout?.once("data", (data: Buffer) => resume(Effect.succeed(data.toString().trim())))
  })
  return { child, line }
})

const killed = (child: ChildProcess) =>
  Effect.callback<void>((resume) => {
    child.once("exit", () => resume(Effect.void))
    child.kill("SIGKILL")
  })

const held = (filename: string) => Effect.void.pipe(Effect.provide(StoreLock.layer(filename), { local: true }))

describe("StoreLock", () => {
  it.effect("a second process on the same file is refused, and told what to do", () =>
    Effect.gen(function*() {
      const filename = yield* temporaryFile
      yield* Effect.gen(function*() {
        const { line } = yield* otherProcess(filename)
        assert.strictEqual(line, `${filename} is in use by another gateway process. Stop that one, or set DATABASE_URL to another file.`)
      }).pipe(Effect.provide(StoreLock.layer(filename)))
    }))

  it.effect("the lock of a process that dies without a word is free again", () =>
    Effect.gen(function*() {
      const filename = yield* temporaryFile
      const { child, line } = yield* otherProcess(filename)
      assert.strictEqual(line, "held")
      const refused = yield* Effect.flip(held(filename))
      assert.strictEqual(refused._tag, "StoreInUse")
      yield* killed(child)
      yield* held(filename)
    }))

  it.effect("a lock that was given back can be taken, and two files are two locks", () =>
    Effect.gen(function*() {
      const filename = yield* temporaryFile
      yield* held(filename)
      yield* held(filename)
      yield* held(`${filename}.other`).pipe(Effect.provide(StoreLock.layer(filename)))
    }))

  it.effect("the directory is created", () =>
    Effect.gen(function*() {
      const filename = join(dirname(yield* temporaryFile), "new", "parley.db")
      yield* held(filename)
      assert.isTrue(existsSync(dirname(filename)))
    }))

  it.effect("a directory that the system does not allow is refused at once", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* Effect.flip(held("/proc/nowhere/parley.db")))._tag, "StoreNotLockable")
    }))

  it.effect("a place where no file can be made is not told as a second gateway", () =>
    Effect.gen(function*() {
      const filename = yield* temporaryFile
      mkdirSync(`${filename}.lock`)
      const failure = yield* Effect.flip(held(filename))
      assert.strictEqual(failure._tag, "StoreNotLockable")
      assert.include(failure.message, filename)
    }))
})

/** `parley serve`, which may call agents on this machine. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Cause, Effect, Exit } from "effect"
import * as Logging from "../../src/Logging.ts"
import { environmentLookup } from "../../src/Secrets.ts"
import { run } from "../../src/Serve.ts"
import * as Settings from "../../src/Settings.ts"

const program = Effect.gen(function*() {
  const settings = yield* Settings.read(process.env)
  const options = { settings, lookup: environmentLookup, allowLoopbackAgents: true }
  return yield* run(options, { setUp: Effect.void, whenReady: () => Effect.void }).pipe(Effect.provide(Logging.layer(settings)))
})

NodeRuntime.runMain(program, { teardown: (exit, onExit) => onExit(Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause) ? 0 : 1) })

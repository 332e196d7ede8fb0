/** Part of the build. Each entry is one file: a module takes a third of a millisecond to load, and the client has two dozen. Types stay beside them, module by module. */
import { build } from "rolldown"

await build({
  input: ["src/index.ts", "src/webhooks.ts", "src/effect.ts"],
  platform: "neutral",
  external: [/^effect(?:\/|$)/u, /^@parley\//u],
  logLevel: "warn",
  output: { dir: "dist", format: "esm", sourcemap: true, chunkFileNames: "shared-[hash].js" }
})

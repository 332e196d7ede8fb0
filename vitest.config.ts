import { defineConfig } from "vitest/config"

// The workspace's packages are tested as they are written: `source` is the condition under which their exports are TypeScript.
const conditions = ["source", "node", "import", "module", "default"]

/** Pure, or with servers that each test starts for itself: their files may share a process, and save what it costs to load Effect for each. */
const values = ["schema", "core", "contract", "twilio", "agents", "carrier-sim"].map((name) => `packages/${name}/test/**/*.test.ts`)

// Projects begin in the order of their names: whole programs first, which mostly wait, so that the many short files fill the gaps at the end.
const projects = [
  { name: "programs", globalSetup: "tooling/scripts/src/BuiltGateway.ts", include: ["apps/*/test/**/*.test.ts", "tooling/*/test/**/*.test.ts"] },
  { name: "stores", include: ["packages/*/test/**/*.test.ts"], exclude: ["**/node_modules/**", ...values] },
  { name: "values", include: values, isolate: false }
]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    projects: projects.map((test) => ({ extends: true as const, test })),
    testTimeout: 20_000,
    hookTimeout: 30_000,
    pool: "forks",
    // Vitest leaves one core out, which on two is half of the machine.
    maxWorkers: "100%"
  }
})

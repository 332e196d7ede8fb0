import { configDefaults, defineConfig } from "vitest/config"

// The workspace's packages are tested as they are written: `source` is the condition under which their exports are TypeScript.
const conditions = ["source", "node", "import", "module", "default"]

/** Runs other files' tests again, which Node loads once a process. */
const apart = "packages/storage/test/PostgresWorlds.test.ts"

// Files share their workers, and are spared loading Effect anew: each starts what it needs for itself, on ports and in folders of its own.
const projects = [
  { name: "together", isolate: false, include: ["{apps,packages,tooling}/*/test/**/*.test.ts"], exclude: [...configDefaults.exclude, apart], globalSetup: "tooling/scripts/src/BuiltGateway.ts" },
  { name: "apart", isolate: true, include: [apart] }
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

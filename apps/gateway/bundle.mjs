/**
 * The build: `parley` and all that it needs as a few files, so that a command starts in a third of the time that a thousand modules take.
 * Sources are bundled as they are, so nothing else has to be built first. `node bundle.mjs [FOLDER]`; the folder is `dist` when absent.
 */
import { build } from "rolldown"

const [folder = "dist"] = process.argv.slice(2)

await build({
  input: "src/main.ts",
  cwd: import.meta.dirname,
  platform: "node",
  resolve: { conditionNames: ["source", "node", "import", "module", "default"] },
  logLevel: "warn",
  output: {
    dir: folder,
    cleanDir: true,
    format: "esm",
    sourcemap: true,
    // Licences stay with the code that they are of; the rest is for those who read sources.
    comments: { legal: true, annotation: false, jsdoc: false }
  }
})

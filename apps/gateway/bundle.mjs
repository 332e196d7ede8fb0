/**
 * The build: `parley` and all that it needs as a few files, so that a command starts in a third of the time that a thousand modules take.
 * Sources are bundled as they are, so nothing else has to be built first. `node bundle.mjs [FOLDER]`; the folder is `dist` when absent.
 */
import { build } from "rolldown"

const [folder = "dist"] = process.argv.slice(2)

/** The parts of the carrier's API that `packages/twilio` calls. Its client asks for each of them when it is first used. */
const called = new Set(["Accounts", "Api", "Messaging", "Pricing"])

/** The other parts are two thirds of all the code that a command would have to read, and none of it is run. */
const withoutTheRest = {
  name: "without-the-rest-of-twilio",
  resolveId: {
    filter: { id: /^\.\/\w+$/u },
    handler: (id, importer) => /[\\/]twilio[\\/]lib[\\/]rest[\\/]Twilio\.js$/u.test(importer ?? "") && !called.has(id.slice(2)) ? `\0left-out:${id.slice(2)}` : null
  },
  load: {
    filter: { id: /^\0left-out:/u },
    handler: (id) => `module.exports = class { constructor() { throw new Error("Twilio's ${id.slice(10)} is left out of the bundle: name it in bundle.mjs.") } }`
  }
}

await build({
  input: "src/main.ts",
  cwd: import.meta.dirname,
  platform: "node",
  resolve: { conditionNames: ["source", "node", "import", "module", "default"] },
  logLevel: "warn",
  plugins: [withoutTheRest],
  output: {
    dir: folder,
    cleanDir: true,
    format: "esm",
    sourcemap: true,
    // Licences stay with the code that they are of; the rest is for those who read sources.
    comments: { legal: true, annotation: false, jsdoc: false }
  }
})

/** Writes `openapi.json` beside the package's manifest. `node --conditions=source src/openapi.ts --print` shows it instead. */
import { writeFileSync } from "node:fs"
import { text } from "./OpenApiDocument.ts"

if (process.argv.includes("--print")) process.stdout.write(text())
else writeFileSync(new URL("../openapi.json", import.meta.url), text())

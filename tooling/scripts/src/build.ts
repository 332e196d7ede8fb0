/** Builds the gateway, quietly: turbo's output is shown only when something failed. */
import { buildGateway } from "./BuiltGateway.ts"

const trouble = buildGateway()
if (trouble !== null) {
  console.error(trouble)
  process.exit(1)
}

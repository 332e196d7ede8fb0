/** Runs programs one after the other in this process and prints a line of JSON for each: `{ "file", "error" }`, null where all went well. */
import { pathToFileURL } from "node:url"

const print = process.stdout.write.bind(process.stdout)
// What the examples print themselves is not for this output.
process.stdout.write = () => true

let unhandled: unknown = null
process.on("unhandledRejection", (error) => {
  unhandled = error
})

const explain = (error: unknown) => error instanceof Error ? error.stack ?? error.message : String(error)

for (const file of process.argv.slice(2)) {
  unhandled = null
  const error = await import(pathToFileURL(file).href).then(() => unhandled, (thrown: unknown) => thrown ?? "threw nothing")
  print(`${JSON.stringify({ file, error: error === null ? null : explain(error) })}\n`)
}
process.exit(0)

/** The demo of `npm start`, as it was built, for programs that talk with it. */
import { spawn } from "node:child_process"
import { entry } from "./BuiltGateway.ts"

/** Starts the demo of the workspace at `root` on a port of this machine, in memory. Rejects with what it printed when it does not start. */
export const startDemo = (root: string, port: number) =>
  new Promise<{ readonly stop: () => void }>((resolve, reject) => {
    const child = spawn(process.execPath, [entry, "dev"], {
      cwd: root,
      env: { ...process.env, PORT: String(port), CARRIER_PORT: "0", DATABASE_URL: "file::memory:", HOST: "127.0.0.1", PUBLIC_URL: `http://127.0.0.1:${port}` }
    })
    let printed = ""
    const read = (text: string) => {
      printed += text
      if (printed.includes("Parley is ready")) resolve({ stop: () => void child.kill() })
    }
    child.stdout.setEncoding("utf8").on("data", read)
    child.stderr.setEncoding("utf8").on("data", read)
    child.once("exit", () => reject(new Error(`The demo did not start:\n${printed}`)))
  })

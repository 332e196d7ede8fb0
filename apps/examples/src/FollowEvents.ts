/** Tells how conversations go, and goes on after a restart where it was. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { Parley, type ParleyEvent } from "@parley/sdk"

const [file = "last-event-id"] = process.argv.slice(2)
const parley = new Parley() // PARLEY_API_KEY, PARLEY_CONNECTOR_ID, PARLEY_BASE_URL

const told = (event: ParleyEvent): string => {
  switch (event.type) {
    case "message.received":
      return `${event.data.purpose}: ${event.data.text}`
    case "message.failed":
    case "message.undelivered":
      return `not delivered: ${event.data.trouble?.detail}`
    case "session.ended":
      return `over: ${event.data.endReason}`
    default:
      return event.type
  }
}

const before = existsSync(file) ? { lastEventId: readFileSync(file, "utf8") } : {}
const events = parley.events({ types: ["session.started", "message.received", "message.failed", "message.undelivered", "session.ended"], ...before })
for await (const event of events) {
  console.log(told(event))
  // Once it is dealt with, and not before: what is told again is better than what is lost. And whole, whenever this program is killed.
  writeFileSync(`${file}.new`, event.id)
  renameSync(`${file}.new`, file)
}

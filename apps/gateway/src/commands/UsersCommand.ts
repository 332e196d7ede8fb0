/** `parley users erase`: forgets a user, through a running gateway. */
import { Console, Effect } from "effect"
import type { Erasure } from "@parley/sdk"
import { call, client } from "./ClientCommands.ts"

const lines = ({ id, pseudonym, report, stage }: Erasure): ReadonlyArray<string> => [
  `${id}\t${stage === "done" ? "done" : stage === "redacting" ? "done here; the carrier is still to erase some texts" : "under way"}`,
  `sessions     ${report.sessions} rewritten, ${report.sessionsEnded} of them were open and have ended`,
  `texts        ${report.messages} without words, files and number; ${report.messagesCancelled} did not leave`,
  `for later    ${report.scheduledSends} removed`,
  `opt-outs     ${report.optOutsKept} kept, as a hash`,
  `carrier      ${report.redacted} texts erased, ${report.notRedacted} refused`,
  `The number is ${pseudonym} now.`
]

const pollEvery = "300 millis"
// A carrier may take days to let go of a text: the gateway goes on without anybody looking.
const polls = 100

const show = (erasure: Erasure, json: boolean) =>
  json ? Console.log(JSON.stringify(erasure, null, 2)) : Effect.forEach(lines(erasure), (line) => Console.log(line), { discard: true })

export const erase = Effect.fnUntraced(function*(number: string, json: boolean) {
  const parley = yield* client
  let erasure = yield* call(() => parley.users.erase(number))
  for (let poll = 0; poll < polls && erasure.stage === "erasing"; poll++) {
    yield* Effect.sleep(pollEvery)
    erasure = yield* call(() => parley.users.erasure(erasure.id))
  }
  yield* show(erasure, json)
  if (erasure.stage !== "done") yield* Console.error(`It goes on by itself. Look again: parley users status ${erasure.id}`)
})

export const status = Effect.fnUntraced(function*(id: string, json: boolean) {
  const parley = yield* client
  yield* show(yield* call(() => parley.users.erasure(id)), json)
})

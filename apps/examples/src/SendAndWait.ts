/** Asks a person something by text, waits for the answer, says goodbye and ends the conversation. */
import { ConflictError, NoReplyError, Parley, SessionEndedError } from "@parley/sdk"

const [userNumber = "+15551230001", minutes = "10"] = process.argv.slice(2)
const parley = new Parley() // PARLEY_API_KEY, PARLEY_CONNECTOR_ID, PARLEY_BASE_URL

const { sessionId } = await parley.outboundSms.send({ userNumber, message: "Your table is booked for 8 pm. Shall we keep it?" })
console.log(`Asked in session ${sessionId}.`)

try {
  // A program that reads the answers itself lets no agent answer them.
  await parley.sessions.takeover(sessionId, { by: "table-bot" })
  const reply = await parley.sessions.waitForReply(sessionId, { timeout: Number(minutes) * 60_000 })
  console.log(`Answered: ${reply.text}`)
  const isKept = /\b(?:yes|yeah|sure|ok)\b/iu.test(reply.text)
  await parley.sessions.speak(sessionId, { message: isKept ? "Thank you, see you at 8!" : "All right, we have let it go." })
  await parley.sessions.end(sessionId)
} catch (error) {
  if (error instanceof NoReplyError) console.log("No answer yet. Ask again with waitForReply when you like.")
  else if (error instanceof SessionEndedError) console.log(`Over without an answer: ${error.endReason}`)
  // Whoever leaves at once is gone before the conversation is taken over.
  else if (error instanceof ConflictError) console.log(`Over without an answer: ${error.detail}`)
  else throw error
}

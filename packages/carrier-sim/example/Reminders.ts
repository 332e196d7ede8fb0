/** What is tested: a practice that reminds its patients, in code that knows Twilio and no simulator. */
import { createServer } from "node:http"
import twilio, { type Twilio } from "twilio"

export const remind = (client: Twilio, from: string, patient: string, time: string) =>
  client.messages.create({ from, to: patient, body: `Your appointment is at ${time}. Reply YES to confirm.` })

/** Twilio's webhook for replies: a YES, signed by Twilio, confirms. */
export const replies = (authToken: string, confirmed: Set<string>) =>
  createServer(async (request, response) => {
    let body = ""
    for await (const chunk of request.setEncoding("utf8")) body += chunk
    const fields = Object.fromEntries(new URLSearchParams(body))
    const url = `http://${request.headers.host}${request.url}`
    if (!twilio.validateRequest(authToken, String(request.headers["x-twilio-signature"]), url, fields)) return response.writeHead(403).end()
    if (fields["Body"]?.trim().toUpperCase() === "YES") confirmed.add(fields["From"] ?? "")
    const answer = new twilio.twiml.MessagingResponse()
    answer.message("Thank you, see you then!")
    response.setHeader("Content-Type", "text/xml").end(answer.toString())
  })

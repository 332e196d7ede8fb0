/** An ESM project in TypeScript: opens a conversation, and reads what came of it. */
import { BadRequestError, Parley, type Session } from "@parley/sdk"
import { signWebhook, verifyWebhook } from "@parley/sdk/webhooks"

const parley = new Parley({ apiKey: "pk_demo", connectorId: "conn_demo", baseUrl: process.argv[2] ?? "" })

const { sessionId } = await parley.outboundSms.send({ message: "Hello from ESM", userNumber: "+15005550131" })
const session: Session = await parley.sessions.retrieve(sessionId)
const texts: Array<string> = []
for await (const message of parley.sessions.messages(sessionId)) texts.push(message.text)

const refused: unknown = await parley.outboundSms.send({ message: "Hello", userNumber: "555" }).catch((error: unknown) => error)
const secret = "whsec_c2VjcmV0"
const { id } = await verifyWebhook({ body: "{}", headers: await signWebhook("{}", secret, { id: "msg_1" }) }, secret)

console.log(JSON.stringify({ opening: session.opening, texts, isRefused: refused instanceof BadRequestError, id }))

/** A CommonJS project in JavaScript. */
const { BadRequestError, Parley } = require("@parley/sdk")
const { signWebhook, verifyWebhook } = require("@parley/sdk/webhooks")

const parley = new Parley({ apiKey: "pk_demo", connectorId: "conn_demo", baseUrl: process.argv[2] })
const secret = "whsec_c2VjcmV0"

const main = async () => {
  const { sessionId } = await parley.outboundSms.send({ message: "Hello from CommonJS", userNumber: "+15005550132" })
  const { opening } = await parley.sessions.retrieve(sessionId)
  const texts = []
  for await (const message of parley.sessions.messages(sessionId)) texts.push(message.text)
  const refused = await parley.outboundSms.send({ message: "Hello", userNumber: "555" }).catch((error) => error)
  const { id } = await verifyWebhook({ body: "{}", headers: await signWebhook("{}", secret, { id: "msg_1" }) }, secret)
  console.log(JSON.stringify({ opening, texts, isRefused: refused instanceof BadRequestError, id }))
}

void main()

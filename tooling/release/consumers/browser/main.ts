/** A page for people who may see the key. Nothing of Node is at hand here. */
import { Parley } from "@parley/sdk"
import { signWebhook, verifyWebhook } from "@parley/sdk/webhooks"

declare const baseUrl: string
declare const report: (result: unknown) => void

const main = async () => {
  const parley = new Parley({ apiKey: "pk_demo", connectorId: "conn_demo", baseUrl, dangerouslyAllowBrowser: true })
  const { sessionId } = await parley.outboundSms.send({ message: "Hello from a page", userNumber: "+15005550133" })
  const { opening } = await parley.sessions.retrieve(sessionId)
  const secret = "whsec_c2VjcmV0"
  const { id } = await verifyWebhook({ body: "{}", headers: await signWebhook("{}", secret, { id: "msg_1" }) }, secret)
  return { opening, id }
}

main().then(report, (error: unknown) => report(String(error)))

/** The same project, where it is checked by TypeScript: the types of what `require` gives. */
import sdk = require("@parley/sdk")
import webhooks = require("@parley/sdk/webhooks")

const parley = new sdk.Parley({ apiKey: "pk_demo", connectorId: "conn_demo", cluster: "uk-1" })
export const page: Promise<sdk.Page<sdk.Session>> = Promise.resolve(parley.sessions.list())
export const verify: (webhook: webhooks.IncomingWebhook, secret: string) => Promise<webhooks.VerifiedWebhook> = webhooks.verifyWebhook

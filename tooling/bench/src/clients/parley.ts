import { Parley } from "@parley/sdk"

export const client = new Parley({ apiKey: "pk_demo", connectorId: "conn_demo", baseUrl: "http://127.0.0.1:8080" })

/** The work of a database shared out over several gateway processes. */
import type { Redacted } from "effect"
import * as ManyProcesses from "@parley/cluster/ManyProcesses"
import * as PostgresClient from "@parley/storage/PostgresClient"
import type { ClusterSettings } from "./Settings.ts"

/** One holds the locks of what this process owns, the others ask who is there. */
const connections = 3

export const layer = (cluster: ClusterSettings, url: Redacted.Redacted<string>) =>
  ManyProcesses.layer({ ...cluster, database: PostgresClient.layer({ url, maxConnections: connections }) })

/** Effect's `SqlClient` over PostgreSQL, with the sessions' own time limits. */
import { PgClient } from "@effect/sql-pg"
import type { Layer, Redacted } from "effect"
import { Duration } from "effect"
import type { SqlClient, SqlError } from "effect/sql"

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`, with `?sslmode=require` where the network is not to be trusted. */
  readonly url: Redacted.Redacted<string>
  /** At most so many connections: one writes at a time, the others read. Default 10. */
  readonly maxConnections?: number
}

/** Fails with a `SqlError` when the URL is no such URL; connects when it is first used, and again whenever it must. */
export const layer = (options: PostgresOptions): Layer.Layer<PgClient.PgClient | SqlClient.SqlClient, SqlError.SqlError> =>
  PgClient.layer({
    url: options.url,
    maxConnections: options.maxConnections ?? 10,
    applicationName: "parley",
    connectTimeout: Duration.seconds(5),
    keepAlive: Duration.seconds(10),
    startupParameters: {
      // Each statement sees what was committed before it. A snapshot would be older than the lock that a transaction waited for.
      default_transaction_isolation: "read committed",
      // A gateway that vanished, power and all, or was frozen in the middle of a transaction, must not keep its locks: the others wait for them.
      tcp_keepalives_idle: "10",
      tcp_keepalives_interval: "5",
      tcp_keepalives_count: "3",
      idle_in_transaction_session_timeout: "3s",
      lock_timeout: "10s",
      statement_timeout: "30s"
    }
  })

/**
 * How the tables came to be, a file for each migration. One that has been released is never edited: a change is a new one.
 *
 * Times are Unix milliseconds. Structured parts that no query looks into are JSON text.
 * Each runs on SQLite and on PostgreSQL as it stands: `TEXT`, `BIGINT` for times and counts that grow, `INTEGER` for small
 * numbers and for truth (1 and 0), `DOUBLE PRECISION`; no `AUTOINCREMENT`, no `datetime`, no boolean or JSON types; an added
 * column that is `NOT NULL` has a constant default. `PostgresStore.test.ts` runs them all.
 */
import type { Effect } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import { Migrator } from "effect/sql"
import { initial } from "./migrations/0001_initial.ts"
import { quietHoursAndScheduledSends } from "./migrations/0002_quiet_hours_and_scheduled_sends.ts"
import { numberOperations } from "./migrations/0003_number_operations.ts"
import { lostReceipts } from "./migrations/0004_lost_receipts.ts"
import { media } from "./migrations/0005_media.ts"
import { pools } from "./migrations/0006_pools.ts"
import { auditLog } from "./migrations/0007_audit_log.ts"
import { linesThatWait } from "./migrations/0008_lines_that_wait.ts"
import { registrations } from "./migrations/0009_registrations.ts"
import { usersFiles } from "./migrations/0010_users_files.ts"
import { erasures } from "./migrations/0011_erasures.ts"
import { retention } from "./migrations/0012_retention.ts"
import { lineOwners } from "./migrations/0013_line_owners.ts"
import { sessionsOfNumbers } from "./migrations/0014_sessions_of_numbers.ts"
import { events } from "./migrations/0015_events.ts"
import { eventWebhooks } from "./migrations/0016_event_webhooks.ts"

export const migrations = Migrator.fromRecord({
  "0001_initial": initial,
  "0002_quiet_hours_and_scheduled_sends": quietHoursAndScheduledSends,
  "0003_number_operations": numberOperations,
  "0004_lost_receipts": lostReceipts,
  "0005_media": media,
  "0006_pools": pools,
  "0007_audit_log": auditLog,
  "0008_lines_that_wait": linesThatWait,
  "0009_registrations": registrations,
  "0010_users_files": usersFiles,
  "0011_erasures": erasures,
  "0012_retention": retention,
  "0013_line_owners": lineOwners,
  "0014_sessions_of_numbers": sessionsOfNumbers,
  "0015_events": events,
  "0016_event_webhooks": eventWebhooks
})

/** Brings the database to the newest version, and tells what it did. Safe to run at every start. */
export const migrate: Effect.Effect<
  ReadonlyArray<readonly [id: number, name: string]>,
  Migrator.MigrationError | SqlError.SqlError,
  SqlClient.SqlClient
> = Migrator.make({})({ loader: migrations, table: "parley_migrations" })

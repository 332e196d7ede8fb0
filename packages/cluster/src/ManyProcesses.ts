/**
 * The owners and the sweep shared out over several processes: Effect Cluster's socket runner, with who is there and who owns what in the
 * database. The database alone decides that: a process that it hears of is there, whether or not the others can reach it.
 */
import * as NodeClusterSocket from "@effect/platform-node/NodeClusterSocket"
import { Duration, Effect, Layer, Option } from "effect"
import { MessageStorage, RunnerAddress, RunnerHealth, ShardingConfig, SocketRunner, SqlRunnerStorage } from "effect/cluster"
import { RpcSerialization } from "effect/rpc"
import type { SqlError } from "effect/sql"
import { Migrator, SqlClient } from "effect/sql"
import * as Housekeeping from "./Housekeeping.ts"
import * as Inquiry from "./Inquiry.ts"
import * as Lease from "./Lease.ts"
import * as Owners from "./Owners.ts"
import * as Redaction from "./Redaction.ts"
import * as Rouse from "./Rouse.ts"
import { stopWithin } from "./SingleProcess.ts"
import * as Sweep from "./Sweep.ts"
import * as Tenure from "./Tenure.ts"

/** A process among several. */
export interface Member {
  /** Where it listens for the others. */
  readonly listen: { readonly host: string; readonly port: number }
  /** How the others reach it; also its name among them. */
  readonly advertised: { readonly host: string; readonly port: number }
  /** Connections of their own, so that the work's cannot keep them waiting. */
  readonly database: Layer.Layer<SqlClient.SqlClient, SqlError.SqlError>
}

/** From one look at who is there to the next. */
const looksEvery = Duration.seconds(1)

const prefix = "parley_cluster"

// "parley" in ASCII and a number, as the store's own locks are made: a key that they do not use.
const migrationLock = (BigInt(`0x${Buffer.from("parley").toString("hex")}`) << 16n) + 16n

// One transaction: processes that start at once wait for the first, and find its work done.
const migrated = Layer.effectDiscard(Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql.withTransaction(Effect.gen(function*() {
    yield* sql`SET LOCAL lock_timeout = 0`
    yield* sql`SELECT pg_advisory_xact_lock(${migrationLock})`
    yield* Migrator.make({})({ loader: SqlRunnerStorage.migrations({ prefix }), table: `${prefix}_migrations` })
  }))
}))

const addressOf = ({ host, port }: Member["listen"]) => Option.some(RunnerAddress.make(host, port))

const runner = (member: Member) => {
  const config = ShardingConfig.layer({
    runnerAddress: addressOf(member.advertised),
    runnerListenAddress: addressOf(member.listen),
    shardsPerGroup: Tenure.shards,
    shardLockExpiration: Lease.lockedFor,
    shardLockRefreshInterval: Lease.refreshesEvery,
    refreshAssignmentsInterval: looksEvery,
    entityTerminationTimeout: stopWithin,
    simulateRemoteSerialization: false,
    maxResidentEntities: "unbounded"
  })
  const storage = Lease.layer.pipe(
    Layer.provide(SqlRunnerStorage.layerStorage({ prefix }).pipe(Layer.provide(migrated), Layer.provide(member.database))),
    Layer.provide(config)
  )
  return SocketRunner.layer.pipe(
    Layer.provide([NodeClusterSocket.layerSocketServer, NodeClusterSocket.layerClientProtocol]),
    // Nothing is persisted as a message: the rows of the store are the truth.
    Layer.provide([RunnerHealth.layerNoop, MessageStorage.layerNoop]),
    Layer.provideMerge(storage),
    Layer.provide([config, RpcSerialization.layerSchemaBinary()])
  )
}

export const layer = (member: Member) =>
  Layer.mergeAll(Sweep.layer, Housekeeping.layer, Inquiry.layer, Redaction.layer, Rouse.layer, Tenure.membership).pipe(
    Layer.provideMerge(Owners.layer),
    Layer.provideMerge(Tenure.layer),
    Layer.provideMerge(runner(member))
  )

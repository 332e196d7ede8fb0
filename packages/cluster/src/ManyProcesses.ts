/**
 * The owners and the sweep shared out over several processes: Effect Cluster's socket runner, with who is there and who owns what in the
 * database. The database alone decides that: a process that it hears of is there, whether or not the others can reach it.
 */
import * as NodeClusterSocket from "@effect/platform-node/NodeClusterSocket"
import { Duration, Effect, Fiber, Layer, Option, Scope } from "effect"
import { MessageStorage, RunnerAddress, RunnerHealth, ShardingConfig, SocketRunner, SqlRunnerStorage } from "effect/cluster"
import { RpcSerialization } from "effect/rpc"
import type { SqlError } from "effect/sql"
import { Migrator, SqlClient } from "effect/sql"
import * as Clocks from "./Clocks.ts"
import * as Lease from "./Lease.ts"
import * as Tenure from "./Tenure.ts"
import * as Work from "./Work.ts"

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

/**
 * How long a shard that goes to another process waits for the agent's calls; all else on it stands still meanwhile. A call that takes longer is
 * made again by the new owner, under its own id. Calls of the carrier are waited for, however long they take.
 */
const movesWithin = Duration.seconds(2)

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

const alike = Layer.effectDiscard(Clocks.check)

const addressOf = ({ host, port }: Member["listen"]) => Option.some(RunnerAddress.make(host, port))

const runner = (member: Member) => {
  const config = ShardingConfig.layer({
    runnerAddress: addressOf(member.advertised),
    runnerListenAddress: addressOf(member.listen),
    shardsPerGroup: Tenure.shards,
    shardLockExpiration: Lease.lockedFor,
    shardLockRefreshInterval: Lease.refreshesEvery,
    refreshAssignmentsInterval: looksEvery,
    entityTerminationTimeout: movesWithin,
    simulateRemoteSerialization: false,
    maxResidentEntities: "unbounded"
  })
  const storage = Lease.layer.pipe(
    Layer.provide(SqlRunnerStorage.layerStorage({ prefix }).pipe(Layer.provide([migrated, alike]), Layer.provide(member.database))),
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

/** For handing all shards over: what is not done by then, the end of the process does, whose locks go with it. */
const closesWithin = Duration.seconds(4)

/** A socket that was cut off in the middle of a write may never close in good order, and nobody should wait for that. */
const closing = <A, E, R>(layer: Layer.Layer<A, E, R>) =>
  Layer.effectContext(Effect.gen(function*() {
    const scope = yield* Scope.make()
    yield* Effect.addFinalizer((exit) =>
      Effect.flatMap(Effect.forkDetach(Scope.close(scope, exit)), (close) => Effect.raceFirst(Fiber.await(close), Effect.sleep(closesWithin)))
    )
    return yield* Layer.buildWithScope(layer, scope)
  }))

export const layer = (member: Member) =>
  Tenure.membership.pipe(
    Layer.provideMerge(Work.layer),
    Layer.provideMerge(closing(runner(member)))
  )

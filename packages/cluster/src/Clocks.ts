/**
 * Processes that serve together write times for each other: when a text is due, when it was claimed. So their clocks have to agree, as well as
 * they agree with the database's.
 */
import { Clock, Duration, Effect, Schema } from "effect"
import { SqlClient } from "effect/sql"

/** What pacing and the order of texts bear, and any clock that is kept by NTP stays far below. */
export const mayDiffer = Duration.seconds(1)

/** This machine's clock is too far from the database's. Milliseconds; more than 0: it is ahead. */
export class ClocksApart extends Schema.TaggedError<ClocksApart>()("ClocksApart", { aheadMillis: Schema.Finite }) {
  override get message(): string {
    const seconds = `${(Math.abs(this.aheadMillis) / 1_000).toFixed(1)} s ${this.aheadMillis > 0 ? "ahead of" : "behind"}`
    return `This machine's clock is ${seconds} the database's. Processes that serve together must agree on the time within ${Duration.toSeconds(mayDiffer)} s: have both machines keep their clocks by NTP.`
  }
}

/** Compares the two clocks; the time that the question takes is not held against anybody. */
export const check = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql`SELECT 1`
  const askedAt = yield* Clock.currentTimeMillis
  const rows = yield* sql<{ millis: number }>`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::double precision AS millis`
  const answeredAt = yield* Clock.currentTimeMillis
  const theirs = rows[0]?.millis ?? askedAt
  const aheadMillis = askedAt > theirs ? askedAt - theirs : Math.min(0, answeredAt - theirs)
  if (Math.abs(aheadMillis) > Duration.toMillis(mayDiffer)) return yield* new ClocksApart({ aheadMillis: Math.round(aheadMillis) })
})

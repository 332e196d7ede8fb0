/**
 * The advisory locks of a store on PostgreSQL. They belong to the database that the URL names, and the server gives them back
 * when their session or transaction ends, however it ends.
 */

/** Keys of `pg_advisory_lock`, 64 bits: "parley" in ASCII, then the lock's number. */
const key = (number: number): bigint => (BigInt(`0x${Buffer.from("parley").toString("hex")}`) << 16n) + BigInt(number)

/** Held by a transaction that writes: one at a time in the whole database. */
export const writer = key(1)
/** Held by a transaction that migrates. */
export const migrations = key(2)
/** Held by the session of the gateway that serves the store; shared by those that serve it together. */
export const gateway = key(3)

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

const firstProtocol = 1_000
/** Shared by the sessions of the gateways that serve together and speak this protocol, 0 to 999. */
export const protocol = (number: number) => key(firstProtocol + number)
/** The keys of all of them, from the first to the last. */
export const protocols = { first: protocol(0), last: protocol(999) }

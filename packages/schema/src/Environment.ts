/** Where a conversation takes place. Published pages name two different sets of three; this is their union. */
import { Schema } from "effect"

export const Environment = Schema.Literals(["dev", "sandbox", "pre-release", "live"])
export type Environment = typeof Environment.Type

/** The port that tells an owner that there may be work. A lost wake-up costs a moment: the sweep finds what is due. */
import { Context, type Effect } from "effect"
import type { SessionId } from "@parley/schema/Ids"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"

export class Wakeups extends Context.Service<Wakeups, {
  /** Never fails, never waits for the work. */
  session(id: SessionId): Effect.Effect<void>
  line(number: PhoneNumber): Effect.Effect<void>
}>()("@parley/core/Wakeups") {}

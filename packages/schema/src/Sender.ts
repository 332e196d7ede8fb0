/** What kind of sender a number is, and how far its registration has come. */
import { Schema } from "effect"

export const SenderType = Schema.Literals(["long_code", "mobile", "toll_free", "short_code"])
export type SenderType = typeof SenderType.Type

/** A2P registration of US and Canadian senders (10DLC campaign, toll-free verification). `not_required` elsewhere. */
export const Registration = Schema.Literals(["not_required", "unregistered", "pending", "approved", "rejected", "suspended"])
export type Registration = typeof Registration.Type

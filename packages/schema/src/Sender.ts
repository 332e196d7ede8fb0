/** What kind of sender a number is, and how far its registration has come. */
import { Schema } from "effect"

export const SenderType = Schema.Literals(["long_code", "mobile", "toll_free", "short_code"])
export type SenderType = typeof SenderType.Type

/** A2P registration of US and Canadian senders (10DLC campaign, toll-free verification). `not_required` elsewhere. */
export const Registration = Schema.Literals(["not_required", "unregistered", "pending", "approved", "rejected", "suspended"])
export type Registration = typeof Registration.Type

/** What a country may offer to send from. `alphanumeric` is a name of at most 11 characters that nobody can answer, so no number of a project has it. */
export const OfferedSender = Schema.Literals([...SenderType.literals, "alphanumeric"])
export type OfferedSender = typeof OfferedSender.Type

/** What carriers ask for before they carry a sender's texts. */
export const SenderRegistration = Schema.Literals(["none", "10dlc", "toll_free_verification"])
export type SenderRegistration = typeof SenderRegistration.Type

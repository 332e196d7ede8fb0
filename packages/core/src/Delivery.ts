/** What is known of an outbound text. Reports come late, twice and out of order; what is known only grows. */
import type { MessageStatus } from "@parley/schema/Conversation"

/**
 * Outbound statuses from the least to the most that is known. One order, so that any order of the same reports ends at the same status.
 *
 * - `unknown` (the carrier may have it) yields to every report of the carrier, and to nothing of our own before it.
 * - `failed`, `undelivered` and `suppressed` may follow `sent`, each saying more than the one before: it did not get through, it left and did not arrive, somebody did not want it.
 * - `delivered` is above them all: it is the handset's own receipt, where the others are a network's conclusion from a receipt that did not come.
 *   A text that arrived must not be shown as lost, or it is sent again.
 */
const knowledge: ReadonlyMap<MessageStatus, number> = new Map(
  (["queued", "sending", "unknown", "sent", "failed", "undelivered", "suppressed", "delivered"] as const).map((status, rank) => [status, rank])
)

/**
 * The status after a report: the one that knows more. Total, idempotent, and indifferent to the order of reports.
 * Inbound statuses are final, and no report of one changes an outbound text. Sending again (`mayRetry`) is no report and does not go through here.
 */
export const advance = (current: MessageStatus, reported: MessageStatus): MessageStatus => {
  const known = knowledge.get(current)
  return known !== undefined && (knowledge.get(reported) ?? -1) > known ? reported : current
}

/** Whether nothing more is expected. A `delivered` may still correct the other outbound ones. */
export const isFinal = (status: MessageStatus): boolean =>
  status !== "queued" && status !== "sending" && status !== "unknown" && status !== "sent"

/** Whether a text may go back to `queued`: its attempt was certainly not accepted (`sending`), or its absence at the carrier was proved (`unknown`). */
export const mayRetry = (status: MessageStatus): boolean => status === "sending" || status === "unknown"

/** Every text, accounted for: what the gateway's store says of it against what the carrier and the handset have. */
import { DatabaseSync } from "node:sqlite"
import type { AccountedMessage } from "@parley/carrier-sim/MessageResource"
import type { Load } from "./Load.ts"
import { type AgentCall, tagsOf } from "./WebhookAgent.ts"

export interface Account {
  /** Outbound texts that the gateway has taken upon itself: sends, answers, warnings, endings, confirmations. */
  readonly accepted: number
  /** On the handset. */
  readonly delivered: number
  /** `failed` or `undelivered` with a reason, and not on the handset. */
  readonly failed: number
  /** `suppressed` with a reason, and not on the handset. */
  readonly suppressed: number
  /** Neither known to have left nor known not to, and listed as such. */
  readonly unknown: number
  /** None of these: not on the handset, and nobody is told. */
  readonly lost: number
  /** Copies beyond the first, of texts on the carrier and of answers to one text. */
  readonly duplicated: number
  /** Texts of users that were acknowledged. */
  readonly arrived: number
  /** Sessions of all kinds. */
  readonly sessions: number
  /** A sentence for each thing that is wrong, those counted above included. */
  readonly problems: ReadonlyArray<string>
}

/** What the accounting reads of a message. */
export interface MessageRow {
  readonly id: string
  readonly session_id: string | null
  readonly direction: string
  readonly purpose: string
  readonly user_number: string
  readonly body: string
  readonly status: string
  readonly trouble: string | null
  readonly carrier_id: string | null
}

/** What the accounting reads of a session. */
export interface SessionRow {
  readonly id: string
  readonly project_id: string
  readonly user_number: string
  readonly state: string
  readonly timer_due_at: number | bigint | null
  readonly agent_due_at: number | bigint | null
  readonly detail: string
}

interface SessionDetail {
  readonly endReason: string | null
  readonly turn: { readonly answeredThrough: string | null }
}

/** Whatever store it was, each list in the order of its ids. */
export interface Rows {
  readonly messages: ReadonlyArray<MessageRow>
  readonly sessions: ReadonlyArray<SessionRow>
}

export interface Seen extends Rows {
  readonly load: Load
  /** All messages of the carrier. */
  readonly carried: ReadonlyArray<AccountedMessage>
  readonly calls: ReadonlyArray<AgentCall>
}

/** Ends after which the texts that wait are nobody's any more: the user left, or another conversation took this one's place. */
const closedOverTexts: ReadonlySet<string> = new Set(["superseded", "user_end"])

const countBy = <A>(all: Iterable<A>, key: (each: A) => string): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const each of all) counts.set(key(each), (counts.get(key(each)) ?? 0) + 1)
  return counts
}

const groupBy = <A>(all: Iterable<A>, key: (each: A) => string): Map<string, Array<A>> => {
  const groups = new Map<string, Array<A>>()
  for (const each of all) groups.set(key(each), [...groups.get(key(each)) ?? [], each])
  return groups
}

/** Off a SQLite file. */
export const rowsOf = (file: string): Rows => {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    return {
      messages: db.prepare("SELECT * FROM messages ORDER BY id").all() as unknown as ReadonlyArray<MessageRow>,
      sessions: db.prepare("SELECT * FROM sessions ORDER BY id").all() as unknown as ReadonlyArray<SessionRow>
    }
  } finally {
    db.close()
  }
}

export const account = ({ calls, carried, load, messages, sessions }: Seen): Account => {
  const problems: Array<string> = []
  const outbound = messages.filter((message) => message.direction === "outbound")
  const inbound = messages.filter((message) => message.direction === "inbound")
  const toHandset = carried.filter((text) => text.direction !== "inbound")
  const bySid = new Map(toHandset.map((text) => [text.sid, text]))
  let [delivered, failed, suppressed, unknown, lost, duplicated] = [0, 0, 0, 0, 0, 0]

  // The carrier's texts that no message of the store owns: a second copy, or one whose message forgot it.
  const owned = new Set(outbound.flatMap(({ carrier_id: sid }) => sid === null ? [] : [sid]))
  const ownerless = toHandset.filter((text) => !owned.has(text.sid))
  for (const text of ownerless) {
    const unsettled = outbound.find((message) => message.status === "unknown" && message.carrier_id === null && message.user_number === text.to && message.body === text.body)
    if (unsettled !== undefined) continue
    duplicated++
    problems.push(`doubled: ${text.sid} to ${text.to}, ${text.status}, "${text.body}" is no message's own`)
  }

  const stopped = new Set(load.arrived.flatMap(({ body, user }) => body === "STOP" ? [user] : []))
  /** Only what the user asked for, and a warning that came too late, may be withheld. */
  const mayBeWithheld = ({ purpose, trouble, user_number: user }: MessageRow): boolean => {
    const { reason } = JSON.parse(trouble ?? "{}") as { readonly reason?: string }
    return (reason === "opted_out" && stopped.has(user)) || (reason === "no_longer_needed" && purpose === "warning")
  }
  for (const message of outbound) {
    const copy = message.carrier_id === null ? undefined : bySid.get(message.carrier_id)
    const name = `${message.id} (${message.purpose} to ${message.user_number}, ${message.status}${copy === undefined ? "" : `, ${copy.status} at the carrier`})`
    const isExplained = message.trouble !== null
    if (copy?.status === "delivered") {
      delivered++
      if (message.status !== "delivered") problems.push(`wrong: ${name} is on the handset`)
    } else if ((message.status === "failed" || message.status === "undelivered") && isExplained) failed++
    else if (message.status === "suppressed" && mayBeWithheld(message)) suppressed++
    else if (message.status === "unknown" && isExplained) unknown++
    else {
      lost++
      problems.push(`lost: ${name}`)
    }
  }

  // What each caller was told, found again.
  const bodies = countBy(outbound, (message) => message.body)
  for (const send of load.accepted) {
    const kept = outbound.find((message) => message.session_id === send.sessionId && message.purpose === "opening")
    if (kept === undefined || kept.body !== send.body) {
      lost++
      problems.push(`lost: the send "${send.body}" to ${send.user} was accepted as ${send.sessionId}, which holds ${kept?.body ?? "nothing"}`)
    }
    const copies = bodies.get(send.body) ?? 0
    if (copies > 1) {
      duplicated += copies - 1
      problems.push(`doubled: the send "${send.body}" became ${copies} messages after ${send.calls} calls`)
    }
  }
  problems.push(...load.refused.map((answer) => `refused: a send got ${answer}`))

  // What each user was told was taken, found again and answered.
  const detailOf = new Map(sessions.map((session) => [session.id, JSON.parse(session.detail) as SessionDetail]))
  const answers = groupBy(outbound.filter((message) => message.purpose === "answer"), (message) => message.user_number)
  const rowsBySid = groupBy(inbound, (message) => message.carrier_id ?? "")
  for (const text of load.arrived) {
    const rows = rowsBySid.get(text.sid) ?? []
    const [row] = rows
    if (row === undefined || rows.length > 1 || row.body !== text.body) {
      if (row === undefined) lost++
      else duplicated++
      problems.push(`${row === undefined ? "lost" : "doubled"}: "${text.body}" of ${text.user} (${text.sid}) was acknowledged, and is kept ${rows.length} times`)
      continue
    }
    if (row.purpose !== "text" || row.status !== "received") continue
    const detail = detailOf.get(row.session_id ?? "")
    if (detail === undefined) {
      lost++
      problems.push(`lost: "${text.body}" of ${text.user} is in no conversation`)
      continue
    }
    const times = text.project === "hook"
      ? (answers.get(text.user) ?? []).filter((answer) => tagsOf(answer.body).includes(tagsOf(text.body)[0] ?? "")).length
      : detail.turn.answeredThrough !== null && detail.turn.answeredThrough >= row.id ? 1 : 0
    if (times > 1) {
      duplicated += times - 1
      problems.push(`doubled: "${text.body}" of ${text.user} was answered ${times} times`)
    }
    if (times === 0 && !closedOverTexts.has(detail.endReason ?? "")) {
      lost++
      problems.push(`lost: "${text.body}" of ${text.user} was never answered; ${row.session_id} ended as ${detail.endReason ?? "not at all"}`)
    }
  }

  // A call that is repeated asks the same; a text is asked about by one turn.
  const turnsOfText = new Map<string, Set<string>>()
  for (const [turn, repeats] of groupBy(calls, (call) => call.turnId)) {
    if (new Set(repeats.map((call) => call.texts.join())).size > 1) problems.push(`wrong: ${turn} asked about different texts: ${repeats.map((call) => call.texts.join()).join(" | ")}`)
    for (const text of repeats.flatMap((call) => call.texts)) turnsOfText.set(text, (turnsOfText.get(text) ?? new Set()).add(turn))
  }
  for (const [text, turns] of turnsOfText) if (turns.size > 1) problems.push(`wrong: ${text} was asked about by ${[...turns].join(" and ")}`)

  // Nothing is left to do, and nobody has two conversations.
  const active = countBy(sessions.filter(({ state }) => state !== "ended"), (session) => `${session.project_id} ${session.user_number}`)
  for (const [who, count] of active) problems.push(`left: ${who} has ${count} active sessions`)
  for (const session of sessions) {
    if (session.timer_due_at !== null) problems.push(`left: ${session.id} has a timer due`)
    if (session.agent_due_at !== null) problems.push(`left: ${session.id} owes its agent a call`)
  }

  return { accepted: outbound.length, delivered, failed, suppressed, unknown, lost, duplicated, arrived: load.arrived.length, sessions: sessions.length, problems }
}

/** The messages that the carrier remembers, and what each handset has on its screen. */
import { urlOf } from "./Media.ts"
import { type HandsetMessage, isFinal, type MessageRecord, toResource } from "./MessageResource.ts"

export interface MessageStore {
  add(record: MessageRecord): void
  find(accountSid: string, sid: string): MessageRecord | undefined
  findAny(sid: string): MessageRecord | undefined
  /** Gone from the API; the handset and the simulator's own account keep it. */
  remove(record: MessageRecord): void
  /** What the API lists, newest first. */
  newestFirst(): Iterable<MessageRecord>
  /** All that were created, oldest first. */
  oldestFirst(): Iterable<MessageRecord>
  /** The message is on this handset's screen from now on; a second time changes nothing. */
  arrive(number: string, record: MessageRecord): void
  /** What a handset shows, in the order it came to the screen. */
  handset(number: string): ReadonlyArray<HandsetMessage>
  unfinished(): number
  clear(): void
}

/** How many unfinished messages are passed over for a finished one before the oldest goes all the same. */
const furthestLook = 1000

/** @param origin where the carrier's own files are */
export const makeMessageStore = (keptMessages: number, origin: () => string): MessageStore => {
  const bySid = new Map<string, MessageRecord>()
  const screens = new Map<string, Map<string, MessageRecord>>()
  const removed = new Set<string>()
  /** In the order of creation; forgotten ones stay until the next tidying. */
  let order: Array<MessageRecord> = []

  const shown = (record: MessageRecord): HandsetMessage => ({
    ...toResource(record),
    body: record.originalBody,
    ...(record.media.length === 0 ? {} : { media: record.media.map((file) => ({ url: urlOf(record, file, origin()), content_type: file.contentType })) })
  })

  const forget = (record: MessageRecord) => {
    bySid.delete(record.sid)
    removed.delete(record.sid)
    if (order.length > 2 * bySid.size + 1000) order = order.filter((each) => bySid.has(each.sid))
    for (const number of [record.to, record.from]) {
      const screen = number === null ? undefined : screens.get(number)
      screen?.delete(record.sid)
      if (number !== null && screen?.size === 0) screens.delete(number)
    }
  }

  const evict = () => {
    if (bySid.size <= keptMessages) return
    let oldest: MessageRecord | undefined
    let looked = 0
    for (const record of bySid.values()) {
      if (isFinal(record.status)) return forget(record)
      oldest ??= record
      if (++looked === furthestLook) break
    }
    if (oldest !== undefined) forget(oldest)
  }

  return {
    add: (record) => {
      bySid.set(record.sid, record)
      order.push(record)
      evict()
    },
    find: (accountSid, sid) => {
      const record = bySid.get(sid)
      return record?.accountSid === accountSid && !removed.has(sid) ? record : undefined
    },
    findAny: (sid) => bySid.get(sid),
    remove: (record) => void removed.add(record.sid),
    *newestFirst() {
      for (let i = order.length - 1; i >= 0; i--) {
        const record = order[i]
        if (record !== undefined && bySid.has(record.sid) && !removed.has(record.sid)) yield record
      }
    },
    oldestFirst: () => bySid.values(),
    arrive: (number, record) => {
      if (!bySid.has(record.sid)) return
      const screen = screens.get(number) ?? new Map<string, MessageRecord>()
      screens.set(number, screen)
      if (!screen.has(record.sid)) screen.set(record.sid, record)
    },
    handset: (number) => [...(screens.get(number)?.values() ?? [])].map(shown),
    unfinished: () => {
      let count = 0
      for (const record of bySid.values()) if (!isFinal(record.status) && record.status !== "scheduled") count++
      return count
    },
    clear: () => {
      bySid.clear()
      removed.clear()
      screens.clear()
      order = []
    }
  }
}

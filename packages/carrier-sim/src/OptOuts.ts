/** The carrier's own memory of STOP and START, per pair of handset and number. */

const stopWords = new Set(["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"])
const startWords = new Set(["START", "YES", "UNSTOP"])

/** The confirmation of a STOP may still pass for so long: it is the one text that a stop asks for. */
const confirmationMillis = 5000
const confirmation = /unsubscribed|opted[ -]out|no (more|further) messages|not receive/iu

export interface OptOuts {
  /** Takes a text from a handset to a number. */
  hear(handset: string, number: string, body: string, nowMillis: number): void
  /** Whether a text from `number` to `handset` is refused. */
  blocks(handset: string, number: string, body: string, nowMillis: number): boolean
  list(): ReadonlyArray<{ readonly handset: string; readonly number: string }>
  clear(): void
}

export const makeOptOuts = (handling: "carrier" | "off"): OptOuts => {
  const stopped = new Map<string, { readonly handset: string; readonly number: string; confirmUntilMillis: number }>()
  const key = (handset: string, number: string) => `${handset} ${number}`
  return {
    hear: (handset, number, body, nowMillis) => {
      if (handling === "off") return
      const word = body.trim().toUpperCase()
      if (stopWords.has(word)) stopped.set(key(handset, number), { handset, number, confirmUntilMillis: nowMillis + confirmationMillis })
      else if (startWords.has(word)) stopped.delete(key(handset, number))
    },
    blocks: (handset, number, body, nowMillis) => {
      const pair = stopped.get(key(handset, number))
      if (pair === undefined) return false
      if (nowMillis > pair.confirmUntilMillis || !confirmation.test(body)) return true
      pair.confirmUntilMillis = -Infinity
      return false
    },
    list: () => [...stopped.values()].map(({ handset, number }) => ({ handset, number })),
    clear: () => stopped.clear()
  }
}

/** Waiting for what happens elsewhere: asked often, and given up after a bound that no healthy run comes near. */

/** Shorter than a test's own time-out, so that it is this that says what was missing. */
const patienceMillis = 18_000
const everyMillis = 10

export const pause = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))

/** Resolves with what `look` finds once it is neither null nor false. Fails with `what`, and with what it saw last. */
export const until = async <A>(what: string, look: () => A | null | false | Promise<A | null | false>, seen: () => unknown = () => "", atMostMillis = patienceMillis): Promise<A> => {
  const deadline = performance.now() + atMostMillis
  while (true) {
    const found = await look()
    if (found !== null && found !== false) return found
    if (performance.now() > deadline) throw new Error(`Waited in vain for ${what}. ${JSON.stringify(await seen())}`)
    await pause(everyMillis)
  }
}

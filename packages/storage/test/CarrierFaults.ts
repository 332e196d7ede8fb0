/** What may become of a call of the carrier, for the fakes of its ports. */
import { Effect } from "effect"

/** It is carried out, or not, and its answer comes, or not. */
export type Fault = "lost_before" | "lost_after" | "busy" | "rejected" | "refused" | "killed_before" | "killed_after"

const reasons = { lost_before: "ambiguous", lost_after: "ambiguous", busy: "not_now", rejected: "rejected", refused: "refused" } as const

type Reason = typeof reasons[keyof typeof reasons]

/** Remembers a call, and carries it out as the next fault of its kind has it. `others`: faults of this port alone, as its own failures. */
export const faulty = <Kind extends string, E, Own extends string = never>(
  fake: { readonly calls: Array<string>; readonly faults: Map<Kind, Array<Fault | Own>> },
  failure: (reason: Reason) => E,
  others: Readonly<Record<Own, E>>
) =>
<A>(kind: Kind, about: string, act: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.suspend(() => {
    fake.calls.push(`${kind} ${about}`)
    const fault = fake.faults.get(kind)?.shift()
    if (fault === undefined) return act
    // The process is gone: nobody records what came of the call.
    if (fault === "killed_before") return Effect.interrupt
    if (fault === "killed_after") return Effect.andThen(act, Effect.interrupt)
    const failed = Effect.fail(fault in reasons ? failure(reasons[fault as keyof typeof reasons]) : others[fault as Own])
    return fault === "lost_after" ? Effect.andThen(act, failed) : failed
  })

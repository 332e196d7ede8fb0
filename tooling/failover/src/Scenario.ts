/** What is done to processes that serve together while conversations go on. */
import { pause } from "@parley/crash-matrix/GatewayProcess"
import type { Member } from "./Members.ts"

/** Past the time in which others take over what a process that is not heard of owned. */
const pastHandoverMillis = 10_000
const someMillis = 3_000

type Play = (members: ReadonlyArray<Member>) => Promise<void>

const one = (members: ReadonlyArray<Member>): Member => {
  const [, member] = members
  if (member === undefined) throw new Error("there is no second process")
  return member
}

/** Until the processes agree on how many they are, and every shard is somebody's. */
const shared = async (members: ReadonlyArray<Member>) => {
  while (true) {
    const standings = await Promise.all(members.map((member) => member.standing()))
    const owned = standings.reduce((sum, standing) => sum + (standing?.shards ?? 0), 0)
    if (standings.every((standing) => standing?.processes === members.length) && owned === standings[0]?.of) return
    await pause(100)
  }
}

export const scenarios = {
  kill: {
    what: "SIGKILL for one process, which is started again after its work has gone to the others",
    play: async (members) => {
      await one(members).signal("SIGKILL")
      await pause(pastHandoverMillis)
      await one(members).start()
      await shared(members)
    }
  },
  freeze: {
    what: "SIGSTOP for one process, and SIGCONT after its work has gone to the others",
    play: async (members) => {
      await one(members).signal("SIGSTOP")
      await pause(pastHandoverMillis)
      await one(members).signal("SIGCONT")
      await shared(members)
    }
  },
  "cut from the database": {
    what: "one process reaches the database no more, without being told; after its work has gone to the others the network comes back",
    play: async (members) => {
      one(members).database.cut()
      await pause(pastHandoverMillis)
      one(members).database.mend()
      await shared(members)
    }
  },
  "cut between processes": {
    what: "no process reaches another, and all reach the database",
    play: async (members) => {
      for (const member of members) member.others.cut()
      await pause(pastHandoverMillis)
      for (const member of members) member.others.mend()
    }
  },
  "rolling restart": {
    what: "SIGTERM for one process after the other, each started again before the next",
    play: async (members) => {
      for (const member of members) {
        await member.signal("SIGTERM")
        await member.start()
        await shared(members)
      }
    }
  }
} as const satisfies Readonly<Record<string, { readonly what: string; readonly play: Play }>>

export type ScenarioName = keyof typeof scenarios

/** A moment of undisturbed work before and after. */
export const someMoments = () => pause(someMillis)

export { shared }

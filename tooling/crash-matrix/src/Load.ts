/**
 * Conversations by the dozen, each with a user of its own. Whoever calls the gateway does what its documentation asks for: a send is
 * repeated under its Idempotency-Key until it is answered, a text of a user under its id until its webhook is.
 */
import { randomBytes } from "node:crypto"
import type { RunningCarrierSim } from "@parley/carrier-sim/startCarrierSim"
import { pause } from "./GatewayProcess.ts"
import { apiKey, connectorOf, numbers, type ProjectId } from "./Project.ts"
import type { Random } from "./Random.ts"

/** A send that was answered with 202. */
export interface AcceptedSend {
  readonly user: string
  readonly body: string
  readonly sessionId: string
  /** Calls until one was answered. */
  readonly calls: number
}

/** A text of a user whose webhook was answered with 200. */
export interface ArrivedText {
  readonly project: ProjectId
  readonly user: string
  readonly body: string
  /** The carrier's id of it. */
  readonly sid: string
}

export interface Load {
  readonly accepted: ReadonlyArray<AcceptedSend>
  readonly arrived: ReadonlyArray<ArrivedText>
  /** Sends that were answered with anything but a 202 or a 5xx. */
  readonly refused: ReadonlyArray<string>
  /** Begins conversations until `stop`. */
  run(): void
  /** Begins no more, and resolves when those that run have said what they had to say. */
  stop(): Promise<void>
}

export interface LoadOptions {
  readonly url: string
  readonly sim: RunningCarrierSim
  readonly random: Random
  /** Between two conversations. */
  readonly everyMillis: number
  /** How many conversations may be under way at once. */
  readonly atOnce: number
}

const callMillis = 4_000
const waitMillis = 8_000

export const makeLoad = ({ atOnce, everyMillis, random, sim, url }: LoadOptions): Load => {
  const accepted: Array<AcceptedSend> = []
  const arrived: Array<ArrivedText> = []
  const refused: Array<string> = []
  const underWay = new Set<Promise<void>>()
  let texts = 0
  let users = 0
  let isOn = false

  const tag = () => `#${++texts}`
  const newUser = () => `+1415557${String(++users).padStart(4, "0")}`

  const send = async (project: ProjectId, user: string): Promise<string> => {
    const body = `Your appointment is tomorrow at 10:00. ${tag()}`
    const key = randomBytes(12).toString("hex")
    for (let calls = 1;; calls++) {
      const answer = await fetch(`${url}/v1/outbound-sms`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-polyai-auth-token": apiKey, "x-token-id": connectorOf(project), "idempotency-key": key },
        body: JSON.stringify({ user_number: user, message: body }),
        signal: AbortSignal.timeout(callMillis)
      }).then(async (response) => ({ status: response.status, text: await response.text(), location: response.headers.get("location") ?? "" }), () => null)
      if (answer?.status === 202) {
        accepted.push({ user, body, sessionId: answer.location.replace("/v1/sessions/", ""), calls })
        return body
      }
      // The first call may still be at work where this one was cut off: 409 says so.
      if (answer !== null && answer.status < 500 && answer.status !== 409) {
        refused.push(`${answer.status} ${answer.text}`)
        return body
      }
      await pause(40)
    }
  }

  const text = async (project: ProjectId, user: string, to: string, say: string): Promise<string> => {
    const body = `${say} ${tag()}`
    const sid = `SM${randomBytes(16).toString("hex")}`
    while (true) {
      const { webhook } = await sim.inbound({ from: user, to, body, messageSid: sid })
      if (webhook.result === "ok") {
        arrived.push({ project, user, body, sid })
        return body
      }
      await pause(60)
    }
  }

  const got = (user: string) => sim.handset(user).filter((each) => each.direction !== "inbound")
  /** Waits for a text on a handset; false when none came, as after a failed delivery. */
  const waitFor = async (user: string, fits: (body: string) => boolean): Promise<boolean> => {
    const until = performance.now() + waitMillis
    while (performance.now() < until) {
      if (got(user).some((each) => fits(each.body))) return true
      await pause(40)
    }
    return false
  }
  const senderOf = (user: string, project: ProjectId) => got(user).at(-1)?.from ?? random.pick(numbers[project])

  const asks = ["Can we make it Friday at 3pm?", "What time was it again?", "Can I move it to Monday at 9am?", "Hello?"]

  /** Some texts in a row, one after the other. */
  const say = async (project: ProjectId, user: string, count: number) => {
    for (let i = 0; i < count; i++) {
      await text(project, user, senderOf(user, project), random.pick(asks))
      await pause(random.between(0, 150))
    }
  }

  const conversations: ReadonlyArray<(project: ProjectId, user: string) => Promise<void>> = [
    // Nobody answers: it expires silently.
    async (project, user) => void await send(project, user),
    // It is answered, and falls silent: a warning and a close follow.
    async (project, user) => {
      const opening = await send(project, user)
      if (await waitFor(user, (body) => body === opening)) await say(project, user, random.between(1, 3))
    },
    async (project, user) => {
      const opening = await send(project, user)
      if (!await waitFor(user, (body) => body === opening)) return
      await say(project, user, 1)
      await pause(random.between(300, 1_500))
      await say(project, user, random.between(1, 2))
    },
    // The user begins.
    (project, user) => say(project, user, random.between(1, 3)),
    // The user is warned, and comes back.
    async (project, user) => {
      await say(project, user, 1)
      if (await waitFor(user, (body) => body === "Still there?")) await say(project, user, 1)
    },
    // STOP, and a send after it, which is suppressed.
    async (project, user) => {
      const opening = await send(project, user)
      if (!await waitFor(user, (body) => body === opening)) return
      await stopWord(user, senderOf(user, project), project)
      await send(project, user)
    },
    // A second send supersedes the first; both texts leave.
    async (project, user) => void await Promise.all([send(project, user), pause(random.between(0, 200)).then(() => send(project, user))])
  ]

  /** The keyword stands alone, so its only mark is the carrier's id. */
  const stopWord = async (user: string, to: string, project: ProjectId) => {
    const sid = `SM${randomBytes(16).toString("hex")}`
    while ((await sim.inbound({ from: user, to, body: "STOP", messageSid: sid })).webhook.result !== "ok") await pause(60)
    arrived.push({ project, user, body: "STOP", sid })
  }

  const begin = () => {
    const conversation = random.pick(conversations)(random.next() < 0.65 ? "hook" : "script", newUser())
    underWay.add(conversation)
    void conversation.finally(() => underWay.delete(conversation))
  }

  return {
    accepted,
    arrived,
    refused,
    run: () => {
      isOn = true
      const next = () => {
        if (!isOn) return
        if (underWay.size < atOnce) begin()
        setTimeout(next, everyMillis)
      }
      next()
    },
    stop: async () => {
      isOn = false
      while (underWay.size > 0) await Promise.all(underWay)
    }
  }
}

/** A gateway that is stopped or killed in the middle of everything: what was due happens all the same, and once. */
import { describe, expect, it } from "vitest"
import { type ChildGateway, childGateway } from "./harness/Child.ts"
import { number, projectFile } from "./harness/Projects.ts"

const atMostMillis = 60_000

const times = { warning_text: "Still there?", ending_text: "Goodbye for now." }

/** Each case is a project of its own, with a number of its own, in one gateway that is restarted once. */
const cases = {
  warned: { number: "+14155550041", session: { ...times, idle_after: "1500 millis", warning_grace: "1 hour" } },
  replied: { number: "+14155550042", session: { ...times, idle_after: "200 millis", warning_grace: "1 hour" } },
  closed: { number: "+14155550043", session: { ...times, idle_after: "200 millis", warning_grace: "2 seconds" } },
  expired: { number: "+14155550044", session: { unanswered_after: "2500 millis" } },
  answered: { number: "+14155550045", session: { coalesce: "1 second" } },
  refused: { number: "+14155550046", session: {} },
  flying: { number: "+14155550047", session: {} }
} as const
type Case = keyof typeof cases

const userOf = (of: Case) => cases[of].number.replace("+1415555", "+1415556")
const project = (of: Case, session: object = cases[of].session) => projectFile({ project: of, numbers: [number(cases[of].number)], session })

describe.concurrent.each(["SIGKILL", "SIGTERM"] as const)("a gateway that gets %s and is started again", (signal) => {
  it("warns, closes, expires, answers and sends what was due, each once", { timeout: atMostMillis }, async () => {
    const gateway: ChildGateway = await childGateway()
    const { carrier } = gateway
    try {
      for (const of of Object.keys(cases) as ReadonlyArray<Case>) await gateway.apply(project(of, {}))
      await gateway.start()
      const api = (of: Case) => gateway.apiFor({ connector: `conn_${of}` })
      const text = (of: Case, body: string) => carrier.text(userOf(of), cases[of].number, body)

      // Conversations with long times, which fall silent under the short ones.
      const ids: Partial<Record<Case, string>> = {}
      const open = async (of: Case) => {
        ids[of] = await api(of).send(userOf(of), "Your appointment is tomorrow at 10:00.")
        await carrier.waitFor(userOf(of), 1)
        await text(of, "hello")
        await carrier.waitFor(userOf(of), 2)
        await gateway.apply(project(of))
        await api(of).post(`/v1/sessions/${ids[of]}/messages`, { message: "Anything else?" })
        await carrier.waitFor(userOf(of), 3)
      }
      await open("replied")
      await carrier.waitForText(userOf("replied"), /Still there/u)
      await open("closed")
      await carrier.waitForText(userOf("closed"), /Still there/u)
      carrier.fault({ match: { to: userOf("refused"), method: "POST" }, count: 2, effect: { type: "too-many-requests" } })
      const refused = await api("refused").send(userOf("refused"), "Refused at first")
      await gateway.apply(project("expired"))
      const expired = await api("expired").send(userOf("expired"), "Hello")
      await open("warned")
      await carrier.waitFor(userOf("expired"), 1)
      await gateway.apply(project("answered"))
      await text("answered", "do I have an appointment?")
      carrier.fault({ match: { to: userOf("flying"), method: "POST" }, count: 1, effect: { type: "latency", ms: 700 } })
      const flying = await api("flying").send(userOf("flying"), "On its way")
      await api("flying").waitForHistory(flying, "handed over", ([one]) => one?.status === "sending")

      const stopped = await gateway.stop(signal)
      expect(stopped).toEqual(signal === "SIGTERM" ? { code: 0, signal: null } : { code: null, signal: "SIGKILL" })
      await gateway.start()

      // A reply within the grace.
      await gateway.apply(project("replied", {}))
      await text("replied", "yes, I am here")
      expect(await api("replied").session(ids.replied ?? "")).toMatchObject({ state: "engaged", end_reason: null })

      await carrier.waitForText(userOf("warned"), /Still there/u)
      await carrier.waitForText(userOf("closed"), /Goodbye/u)
      await carrier.waitFor(userOf("answered"), 1)
      await carrier.waitFor(userOf("refused"), 1)
      await carrier.waitFor(userOf("replied"), 5)
      expect(await api("closed").waitForSession(ids.closed ?? "", "ended", ({ state }) => state === "ended")).toMatchObject({ end_reason: "abandoned" })
      expect(await api("expired").waitForSession(expired, "ended", ({ state }) => state === "ended")).toMatchObject({ end_reason: "unanswered_expiry" })
      await api("flying").waitForHistory(flying, "settled", ([one]) => one?.status === "delivered" || one?.status === "sent")
      await api("refused").waitForHistory(refused, "delivered", ([one]) => one?.status === "delivered")
      expect(await api("warned").session(ids.warned ?? "")).toMatchObject({ state: "warned", next_timeout: { kind: "grace" } })
      await carrier.sim.settled()

      const once = (of: Case, body: string) => expect(carrier.created(userOf(of)).filter((one) => one.body === body), `${of}: ${body}`).toHaveLength(1)
      once("warned", "Still there?")
      once("replied", "Still there?")
      once("closed", "Still there?")
      once("closed", "Goodbye for now.")
      once("refused", "Refused at first")
      once("flying", "On its way")
      expect(carrier.created(userOf("expired"))).toHaveLength(1)
      expect(carrier.created(userOf("answered"))).toHaveLength(1)
      expect(carrier.created(userOf("replied"))).toHaveLength(5)
      expect(gateway.logs()).not.toMatch(/"level":"(ERROR|FATAL)"/iu)
    } finally {
      await gateway.close()
    }
  })
})

/** Where the gateway listens, and whether the carrier can reach it. */
import { Duration, Effect } from "effect"
import { isLoopback, refuseExposedDemo } from "../Exposure.ts"
import type { Settings } from "../Settings.ts"
import { type Finding, ok, problem, warning } from "./Finding.ts"

const about = "public address"

const answersWithin = Duration.seconds(5)

export const demoKey = (settings: Pick<Settings, "host">) =>
  refuseExposedDemo(settings).pipe(
    Effect.as([] as ReadonlyArray<Finding>),
    Effect.catchTag("DemoExposed", (exposed) => Effect.succeed([problem("HOST", exposed.message)]))
  )

type Health = "ours" | "other" | "silent"

const isOurs = (body: unknown): boolean => typeof body === "object" && body !== null && "status" in body && body.status === "ok"

/** What answers at the address. Redirects are not followed, for Twilio's POST would not survive them. */
const health = (publicUrl: string): Effect.Effect<Health> =>
  Effect.tryPromise((signal) => fetch(`${publicUrl}/healthz`, { signal, redirect: "manual" })).pipe(
    Effect.flatMap((response) =>
      response.ok ? Effect.tryPromise(() => response.json() as Promise<unknown>).pipe(Effect.map(isOurs), Effect.orElseSucceed(() => false)) : Effect.succeed(false)
    ),
    Effect.map((ours): Health => ours ? "ours" : "other"),
    Effect.timeout(answersWithin),
    Effect.orElseSucceed((): Health => "silent")
  )

const reached = (publicUrl: string, answer: Health, isServed: boolean): Finding => {
  switch (answer) {
    case "ours":
      return ok(about, `A gateway answers at ${publicUrl}.`)
    case "other":
      return problem(about, `Something other than a gateway answers at ${publicUrl}/healthz, so the carrier's webhooks get lost: correct PUBLIC_URL, or the proxy before the gateway.`)
    case "silent":
      return isServed
        ? problem(about, `Nothing answers at ${publicUrl}/healthz although a gateway runs, so the carrier's webhooks get lost: correct PUBLIC_URL, or let the address reach the gateway.`)
        : warning(about, `Nothing answers at ${publicUrl}/healthz, and no gateway runs on this store: start "parley serve", then look again.`)
  }
}

/** @param isServed a gateway runs on the store */
export const publicUrl = Effect.fn("Doctor.publicUrl")(function*(settings: Pick<Settings, "publicUrl">, isServed: boolean) {
  const url = settings.publicUrl
  if (url === null) {
    return [problem(about, "PUBLIC_URL is not set, so the carrier can't report what becomes of a text, and it is not known where users' texts must go: set it to the address under which the carrier reaches this gateway.")]
  }
  const { hostname, protocol } = new URL(url)
  const findings: Array<Finding> = []
  if (protocol === "http:" && !isLoopback(hostname.replace(/^\[|\]$/gu, ""))) {
    findings.push(problem(about, `${url} is not https, so texts and phone numbers cross the Internet in the clear: put TLS before the gateway and set PUBLIC_URL to the https address.`))
  }
  return [...findings, reached(url, yield* health(url), isServed)]
})

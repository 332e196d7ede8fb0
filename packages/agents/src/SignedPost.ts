/** One POST to the URL that a project names, signed with the secret that it names. */
import { Clock, type Duration, Effect, Option, type Redacted, Result } from "effect"
import { AgentFailure } from "@parley/core/ports/Agent"
import { make as makePost, type Post, type PostOptions } from "./GuardedPost.ts"
import { keyOf, sign } from "./StandardWebhook.ts"

export interface SignedPostOptions extends PostOptions {
  /** The value of an environment variable that a project names. */
  readonly secret: (envName: string) => Option.Option<Redacted.Redacted<string>>
}

export interface SignedPost extends Pick<Post, "body" | "maxBytes" | "isStatusEnough"> {
  /** Whose URL and secret these are, for people: `agent`. */
  readonly whose: string
  readonly url: string
  /** Null: the post is not signed. */
  readonly secretEnv: string | null
  /** By which the receiver knows a repeat. */
  readonly id: string
  readonly headers?: Readonly<Record<string, string>>
  /** From the resolution of the host to the last byte of the answer. */
  readonly timeout: Duration.Duration
}

const misconfigured = (detail: string) => new AgentFailure({ reason: "misconfigured", detail })

const urlOf = ({ url: text, whose }: SignedPost): Result.Result<URL, AgentFailure> => {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) return Result.fail(misconfigured(`The ${whose}'s URL is not an http or https URL.`))
  if (url.username !== "" || url.password !== "") return Result.fail(misconfigured(`The ${whose}'s URL holds credentials: sign its calls with secret_env instead.`))
  return Result.succeed(url)
}

export const make = Effect.fnUntraced(function*(options: SignedPostOptions) {
  const post = yield* makePost(options)

  const signatureOf = Effect.fnUntraced(function*({ body, id, secretEnv, whose }: SignedPost) {
    if (secretEnv === null) return {}
    const secret = options.secret(secretEnv)
    if (Option.isNone(secret)) return yield* misconfigured(`The environment variable ${secretEnv} with the ${whose}'s secret is not set.`)
    const key = keyOf(secret.value)
    if (Result.isFailure(key)) return yield* misconfigured(`The environment variable ${secretEnv} holds no usable secret: write whsec_ and base64, or any other text.`)
    const timestampSeconds = Math.floor((yield* Clock.currentTimeMillis) / 1_000)
    return { "webhook-id": id, "webhook-timestamp": String(timestampSeconds), "webhook-signature": sign({ id, timestampSeconds, body }, key.success) }
  })

  return Effect.fnUntraced(function*(signed: SignedPost) {
    const { body, headers, isStatusEnough = false, maxBytes, timeout } = signed
    const url = yield* Effect.fromResult(urlOf(signed))
    const signature = yield* signatureOf(signed)
    return yield* post({
      url,
      body,
      maxBytes,
      isStatusEnough,
      headers: { "content-type": "application/json", accept: "application/json", "user-agent": "Parley", ...headers, ...signature },
      timeout
    })
  })
})

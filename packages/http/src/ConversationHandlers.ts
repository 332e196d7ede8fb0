/** Sessions and opt-outs on the use cases. Another account's object is the same 404 as one that is not there. */
import { DateTime, Effect, Option } from "effect"
import { HttpApiBuilder, HttpApiSchema } from "effect/http-api"
import { Caller } from "@parley/contract/Access"
import { Api } from "@parley/contract/Api"
import { defaultLimit } from "@parley/contract/Page"
import { BadRequest, NoEligibleNumber, NotFound, NotTakenOver, SessionEnded, UserOptedOut } from "@parley/contract/Problem"
import type { SessionId } from "@parley/schema/Ids"
import { isPhoneNumber, type PhoneNumber } from "@parley/schema/PhoneNumber"
import { explainRefusal } from "@parley/core/NumberSelection"
import * as Operators from "@parley/core/Operators"
import { ConsentStore } from "@parley/core/ports/ConsentStore"
import { Directory } from "@parley/core/ports/Directory"
import { MessageStore } from "@parley/core/ports/MessageStore"
import { SessionStore } from "@parley/core/ports/SessionStore"
import type { Page } from "@parley/core/ports/Store"
import { waiting } from "@parley/core/RegisteredNumbers"
import type { Session } from "@parley/core/Session"
import * as Idempotency from "./IdempotencyKey.ts"
import * as Resource from "./Resources.ts"
import { storeAway } from "./StoreProblem.ts"

export const notFound = (what: string) => new NotFound({ detail: `No ${what} has this id in your account.` })


/** What a person's action on a session may meet. */
const refusals = {
  ...storeAway,
  SessionNotFound: () => Effect.fail(notFound("session")),
  SessionClosed: ({ endReason }: { readonly endReason: string }) =>
    Effect.fail(new SessionEnded({ detail: `The session has ended (${endReason}). A new send, or the user's next text, opens another.` }))
}

/** What a fingerprint is made of: words alone are what they always were. */
const bodyOf = ({ mediaUrls = [], message = "" }: { readonly message?: string; readonly mediaUrls?: ReadonlyArray<string> }) =>
  mediaUrls.length === 0 ? message : JSON.stringify([message, mediaUrls])

const neverHappens = (failure: object) => Effect.die(failure)

/** Cursors are the ids that a page ended with; what does not look like one is told apart from an empty page. */
export const cursor = (given: string | undefined, isCursor: (text: string) => boolean) =>
  given === undefined
    ? Effect.succeed(null)
    : isCursor(given)
    ? Effect.succeed(given)
    : Effect.fail(new BadRequest({
      detail: "cursor is not one of this list. Use the next_cursor of the page before, as it is.",
      errors: [{ path: "cursor", detail: "must be the next_cursor of the page before" }]
    }))

const isId = (prefix: string) => (text: string) => text.startsWith(prefix)
const isOptOut = (text: string) => {
  const [millis = "", ...pair] = text.split("|")
  return /^\d{1,15}$/u.test(millis) && pair.length === 2 && pair.every(isPhoneNumber)
}

const asPage = <A, B>(page: Page<A>, show: (item: A) => B) => ({ data: page.items.map(show), nextCursor: page.next })

/** What the number of an open session waits for. A page of sessions asks about each number once. */
const waits = () => {
  const known = new Map<PhoneNumber, string | null>()
  return Effect.fnUntraced(function*({ agentNumber, state }: Session) {
    if (state === "ended") return null
    const before = known.get(agentNumber)
    if (before !== undefined) return before
    const number = Option.getOrNull(yield* (yield* Directory).number(agentNumber))
    const found = number === null ? null : yield* waiting(number)
    known.set(agentNumber, found)
    return found
  })
}

const shownBy = Effect.fnUntraced(function*(session: Session, waitingFor: ReturnType<typeof waits>) {
  return Resource.session(session, yield* waitingFor(session), yield* DateTime.now)
})

const shown = (session: Session) => shownBy(session, waits())

const visible = Effect.fnUntraced(function*(id: SessionId) {
  const sessions = yield* SessionStore
  const { accountId } = yield* Caller
  const found = yield* sessions.get(id)
  return Option.isNone(found) || found.value.accountId !== accountId ? yield* notFound("session") : found.value
})

export const sessions = HttpApiBuilder.group(Api, "sessions", (handlers) =>
  handlers.handleAll({
    list: Effect.fnUntraced(function*({ query }) {
      const store = yield* SessionStore
      const { accountId, projectId } = yield* Caller
      const { cursor: given, limit = defaultLimit, ...filter } = query
      const from = yield* cursor(given, isId("TW_SMS_"))
      const page = yield* store.list({ ...filter, accountId, projectId }, { limit, cursor: from })
      const waitingFor = waits()
      return { data: yield* Effect.forEach(page.items, (session) => shownBy(session, waitingFor)), nextCursor: page.next }
    }, Effect.catchTags(storeAway)),

    retrieve: Effect.fnUntraced(function*({ params }) {
      return yield* shown(yield* visible(params.id))
    }, Effect.catchTags(storeAway)),

    messages: Effect.fnUntraced(function*({ params, query }) {
      const store = yield* MessageStore
      const session = yield* visible(params.id)
      const from = yield* cursor(query.cursor, isId("msg_"))
      return asPage(yield* store.list(session.id, { limit: query.limit ?? defaultLimit, cursor: from }), Resource.message)
    }, Effect.catchTags(storeAway)),

    speak: Effect.fnUntraced(function*({ headers, params, payload }) {
      const caller = yield* Caller
      const keyed = Idempotency.keyed(caller, `sessions/${params.id}/messages`, headers.idempotencyKey, () => bodyOf(payload))
      const said = { text: payload.message ?? "", mediaUrls: payload.mediaUrls ?? [] }
      const { message, replayed } = yield* Operators.speak(caller.accountId, params.id, said, keyed)
      return HttpApiSchema.withHeaders({
        body: Resource.message(message),
        headers: { location: `/v1/messages/${message.id}`, ...Idempotency.replayHeader(replayed) }
      })
    }, Effect.catchTags({
      ...refusals,
      IdempotencyConflict: Idempotency.conflict,
      NotTakenOver: neverHappens,
      MediaRefused: ({ refusal }) => Effect.fail(new NoEligibleNumber({ detail: `This text can't be sent: ${explainRefusal(refusal)}` })),
      UserOptedOut: () =>
        Effect.fail(new UserOptedOut({ detail: "The user opted out of texts from this number. Nobody may write to them before they send START." }))
    })),

    takeover: Effect.fnUntraced(function*({ params, payload }) {
      const { accountId } = yield* Caller
      const { session } = yield* Operators.takeOver(accountId, params.id, payload?.by ?? "operator", payload?.reason ?? null)
      return yield* shown(session)
    }, Effect.catchTags({ ...refusals, NotTakenOver: neverHappens })),

    release: Effect.fnUntraced(function*({ params }) {
      const { accountId } = yield* Caller
      const { session } = yield* Operators.release(accountId, params.id)
      return yield* shown(session)
    }, Effect.catchTags({
      ...refusals,
      NotTakenOver: () => Effect.fail(new NotTakenOver({ detail: "Nobody has taken this session over, so there is nothing to release." }))
    })),

    end: Effect.fnUntraced(function*({ params }) {
      const { accountId } = yield* Caller
      const { session } = yield* Operators.end(accountId, params.id)
      return yield* shown(session)
    }, Effect.catchTags({ ...refusals, NotTakenOver: neverHappens }))
  }))

export const optOuts = HttpApiBuilder.group(Api, "optOuts", (handlers) =>
  handlers.handle("list", Effect.fnUntraced(function*({ query }) {
    const store = yield* ConsentStore
    const { accountId, projectId } = yield* Caller
    const from = yield* cursor(query.cursor, isOptOut)
    const page = yield* store.list({ accountId, projectId, userNumber: query.userNumber }, { limit: query.limit ?? defaultLimit, cursor: from })
    return asPage(page, Resource.optOut)
  }, Effect.catchTags(storeAway))))

/** Sends for later, and the templates that sends are made of, on the use cases. */
import { Effect, Option } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Caller } from "@parley/contract/Access"
import { Api } from "@parley/contract/Api"
import { defaultLimit } from "@parley/contract/Page"
import { BadRequest, NotFound, ScheduledSendSettled } from "@parley/contract/Problem"
import type { ScheduledSend } from "@parley/contract/ScheduledSend"
import { ScheduledSendStore } from "@parley/core/ports/ScheduledSendStore"
import type * as Core from "@parley/core/ScheduledSend"
import * as ScheduledSends from "@parley/core/ScheduledSends"
import * as Templates from "@parley/core/Templates"
import { storeAway } from "./StoreProblem.ts"

const resource = (scheduled: Core.ScheduledSend): ScheduledSend => ({
  id: scheduled.id,
  environment: scheduled.environment,
  userNumber: scheduled.userNumber,
  agentNumber: scheduled.agentNumber,
  text: scheduled.body,
  mediaUrls: scheduled.mediaUrls,
  template: scheduled.template,
  status: scheduled.status,
  sendAt: scheduled.sendAt,
  dueAt: scheduled.dueAt,
  sessionId: scheduled.sessionId,
  messageId: scheduled.messageId,
  trouble: scheduled.trouble,
  createdAt: scheduled.createdAt,
  updatedAt: scheduled.updatedAt
})


const notFound = new NotFound({ detail: "No scheduled send has this id in your project." })

const wrongCursor = new BadRequest({
  detail: "cursor is not one of this list. Use the next_cursor of the page before, as it is.",
  errors: [{ path: "cursor", detail: "must be the next_cursor of the page before" }]
})

const over = { sent: "It has been sent, as the session that it names.", failed: "It has failed." } as const

export const scheduledSends = HttpApiBuilder.group(Api, "scheduledSends", (handlers) =>
  handlers.handleAll({
    list: Effect.fnUntraced(function*({ query }) {
      const store = yield* ScheduledSendStore
      const { accountId, projectId } = yield* Caller
      const { cursor, limit = defaultLimit, ...filter } = query
      if (cursor !== undefined && !cursor.startsWith("sched_")) return yield* wrongCursor
      const page = yield* store.list({ ...filter, accountId, projectId }, { limit, cursor: cursor ?? null })
      return { data: page.items.map(resource), nextCursor: page.next }
    }, Effect.catchTags(storeAway)),

    retrieve: Effect.fnUntraced(function*({ params }) {
      const store = yield* ScheduledSendStore
      const { accountId, projectId } = yield* Caller
      const found = Option.getOrNull(yield* store.get(params.id))
      return found === null || found.accountId !== accountId || found.projectId !== projectId ? yield* notFound : resource(found)
    }, Effect.catchTags(storeAway)),

    cancel: Effect.fnUntraced(function*({ params }) {
      const { accountId, projectId } = yield* Caller
      return resource(yield* ScheduledSends.cancel(accountId, projectId, params.id))
    }, Effect.catchTags({
      ...storeAway,
      ScheduledSendNotFound: () => Effect.fail(notFound),
      ScheduledSendSettled: ({ status }) =>
        Effect.fail(new ScheduledSendSettled({ detail: `There is nothing to cancel. ${over[status === "sent" ? "sent" : "failed"]}` }))
    }))
  }))

export const templates = HttpApiBuilder.group(Api, "templates", (handlers) =>
  handlers.handle("list", Effect.fnUntraced(function*({ query }) {
    const all = yield* Templates.list(yield* Caller)
    const { cursor } = query
    const limit = query.limit ?? defaultLimit
    const rest = cursor === undefined ? all : all.filter(({ name }) => name > cursor)
    const shown = rest.slice(0, limit)
    return {
      data: shown.map(({ body, name, title }) => ({ name, title, body, variables: Templates.placesOf(body) })),
      nextCursor: rest.length > limit ? shown.at(-1)?.name ?? null : null
    }
  }, Effect.catchTags(storeAway))))

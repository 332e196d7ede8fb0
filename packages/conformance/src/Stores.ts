/** What a suite wants of an adapter. */
import type { Layer } from "effect"
import { Effect, Exit, Option } from "effect"
import { assert } from "@effect/vitest"
import type { AuditStore } from "@parley/core/ports/AuditStore"
import type { ConsentStore } from "@parley/core/ports/ConsentStore"
import type { Directory } from "@parley/core/ports/Directory"
import type { ErasureStore } from "@parley/core/ports/ErasureStore"
import type { EventStore } from "@parley/core/ports/EventStore"
import type { EventWebhookStore } from "@parley/core/ports/EventWebhookStore"
import type { LimitStore } from "@parley/core/ports/LimitStore"
import type { LineStore } from "@parley/core/ports/LineStore"
import type { MessageStore } from "@parley/core/ports/MessageStore"
import type { OperationStore } from "@parley/core/ports/OperationStore"
import type { RegistrationStore } from "@parley/core/ports/RegistrationStore"
import type { RedactionStore } from "@parley/core/ports/RedactionStore"
import type { RetentionStore } from "@parley/core/ports/RetentionStore"
import type { ScheduledSendStore } from "@parley/core/ports/ScheduledSendStore"
import type { SessionStore } from "@parley/core/ports/SessionStore"
import type { Page, StoreFailure, Transactor } from "@parley/core/ports/Store"

/** Every port of a store. */
export type Stores = Transactor | Directory | SessionStore | MessageStore | ConsentStore | LimitStore | LineStore | OperationStore | RegistrationStore | ScheduledSendStore | AuditStore | EventStore | EventWebhookStore | ErasureStore | RedactionStore | RetentionStore

/** Built once for each suite; whether it was empty before does not matter. */
export type StoreLayer = Layer.Layer<Stores, unknown>

/** The reason that the store gave for refusing. */
export const reasonOf = <A, R>(operation: Effect.Effect<A, StoreFailure, R>): Effect.Effect<StoreFailure["reason"], never, R> =>
  Effect.match(operation, { onFailure: ({ reason }) => reason, onSuccess: () => assert.fail("the store took it") })

/** Every page of a list, in turn. */
export const everyPage = Effect.fnUntraced(function*<A, R>(page: (cursor: string | null) => Effect.Effect<Page<A>, StoreFailure, R>) {
  const pages: Array<ReadonlyArray<A>> = []
  let cursor: string | null = null
  do {
    const { items, next }: Page<A> = yield* page(cursor)
    pages.push(items)
    cursor = next
  } while (cursor !== null)
  return pages
})

export const isDefect = <A, E>(exit: Exit.Exit<A, E>): boolean => Exit.isFailure(exit) && Option.isNone(Exit.findErrorOption(exit))

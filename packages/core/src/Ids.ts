/** Makes ids that sort by the time they were made, also within one millisecond. */
import { Clock, Context, Effect, Layer, Random, Ref } from "effect"
import { AuditEntryId, ErasureId, EventId, idPrefix, MessageId, OperationId, partsOf, RegistrationId, ScheduledSendId, SessionId, timeOrdered, TurnId } from "@parley/schema/Ids"

export class Ids extends Context.Service<Ids, {
  readonly session: Effect.Effect<SessionId>
  readonly message: Effect.Effect<MessageId>
  readonly turn: Effect.Effect<TurnId>
  readonly operation: Effect.Effect<OperationId>
  readonly scheduledSend: Effect.Effect<ScheduledSendId>
  readonly auditEntry: Effect.Effect<AuditEntryId>
  readonly registration: Effect.Effect<RegistrationId>
  readonly erasure: Effect.Effect<ErasureId>
  readonly event: Effect.Effect<EventId>
  /** Whatever is made from now on sorts after this id, which another process may have made by a clock that is ahead. */
  readonly after: (id: MessageId | EventId) => Effect.Effect<void>
}>()("@parley/core/Ids") {
  static readonly layer = Layer.effect(
    Ids,
    Effect.gen(function*() {
      const last = yield* Ref.make({ millis: 0, entropy: 0n })
      const next = Effect.gen(function*() {
        const now = yield* Clock.currentTimeMillis
        const high = yield* Random.nextIntBetween(0, 2 ** 31)
        const low = yield* Random.nextIntBetween(0, 2 ** 31)
        return yield* Ref.modify(last, (before) => {
          // A clock that stands still or steps back goes on from the last id, so that order holds.
          const after = now > before.millis
            ? { millis: now, entropy: (BigInt(high) << 31n) | BigInt(low) }
            : { millis: before.millis, entropy: before.entropy + 1n }
          return [timeOrdered(after.millis, after.entropy), after]
        })
      })
      return Ids.of({
        session: Effect.map(next, (id) => SessionId.make(idPrefix.session + id)),
        message: Effect.map(next, (id) => MessageId.make(idPrefix.message + id)),
        turn: Effect.map(next, (id) => TurnId.make(idPrefix.turn + id)),
        operation: Effect.map(next, (id) => OperationId.make(idPrefix.operation + id)),
        scheduledSend: Effect.map(next, (id) => ScheduledSendId.make(idPrefix.scheduledSend + id)),
        auditEntry: Effect.map(next, (id) => AuditEntryId.make(idPrefix.auditEntry + id)),
        registration: Effect.map(next, (id) => RegistrationId.make(idPrefix.registration + id)),
        erasure: Effect.map(next, (id) => ErasureId.make(idPrefix.erasure + id)),
        event: Effect.map(next, (id) => EventId.make(idPrefix.event + id)),
        after: (id) =>
          Ref.update(last, (before) => {
            const { entropy, epochMillis: millis } = partsOf(id)
            return millis > before.millis || (millis === before.millis && entropy > before.entropy) ? { millis, entropy } : before
          })
      })
    })
  )
}

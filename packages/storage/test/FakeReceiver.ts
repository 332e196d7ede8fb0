/** Who has events posted to them: takes them as a test tells it, and remembers what came. */
import { Context, Effect, Layer } from "effect"
import type { Event } from "@parley/core/Event"
import type { EventWebhook } from "@parley/core/EventWebhook"
import { EventReceiver, NotReceived } from "@parley/core/ports/EventReceiver"

type Take = (event: Event, webhook: EventWebhook) => Effect.Effect<void, NotReceived>

export class FakeReceiver extends Context.Service<FakeReceiver, {
  /** Every attempt, in the order in which they began. */
  readonly attempts: Array<Event>
  /** What was taken, in the order in which that was known. */
  readonly taken: Array<Event>
  take: Take
}>()("@parley/storage/test/FakeReceiver") {}

export const takesAll: Take = () => Effect.void
export const isAway: Take = () => Effect.fail(new NotReceived({ reason: "not_now", detail: "crm.example.com answered 503.", wait: null }))
export const refuses: Take = () => Effect.fail(new NotReceived({ reason: "refused", detail: "crm.example.com answered 400.", wait: null }))

export const layer: Layer.Layer<FakeReceiver | EventReceiver> = Layer.effectContext(Effect.sync(() => {
  const fake = FakeReceiver.of({ attempts: [], taken: [], take: takesAll })
  const receiver = EventReceiver.of({
    post: (webhook, event) =>
      Effect.suspend(() => {
        fake.attempts.push(event)
        return Effect.tap(fake.take(event, webhook), Effect.sync(() => fake.taken.push(event)))
      })
  })
  return Context.make(FakeReceiver, fake).pipe(Context.add(EventReceiver, receiver))
}))

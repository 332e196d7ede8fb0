/** What an operator registers with carriers. What is accepted is a row: it is filed, and followed to its verdict, whatever stops in between. */
import { DateTime, Effect, Option, Schema } from "effect"
import { RegistrationId } from "@parley/schema/Ids"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import * as AuditLog from "./AuditLog.ts"
import { file, type Filing, registers } from "./CarrierRegistration.ts"
import { attachable, mistakesOf } from "./FilingChecks.ts"
import type { Keyed } from "./Idempotency.ts"
import { recall, remember } from "./Idempotency.ts"
import { Ids } from "./Ids.ts"
import type { Owner } from "./NumberProvisioning.ts"
import { RegistrationStore } from "./ports/RegistrationStore.ts"
import { Transactor } from "./ports/Store.ts"
import { attachTo, settleNumbers } from "./RegisteredNumbers.ts"

/** It can't be filed. */
export class InvalidFiling extends Schema.TaggedError<InvalidFiling>()("InvalidFiling", {
  mistakes: Schema.Array(Schema.Struct({ path: Schema.String, detail: Schema.String }))
}) {}

/** The project has no such registration, or none of the kind that this needs. */
export class RegistrationNotFound extends Schema.TaggedError<RegistrationNotFound>()("RegistrationNotFound", { id: RegistrationId }) {}

const replayed = Effect.fnUntraced(function*(idempotency: Keyed | null) {
  const store = yield* RegistrationStore
  const id = Option.flatMap(yield* recall(idempotency), Schema.decodeOption(RegistrationId))
  return Option.isNone(id) ? null : Option.getOrNull(yield* store.get(id.value))
})

/** A verification that is filed anew is the same one at the carrier: its row before is asked about no more. */
const retireRejected = Effect.fnUntraced(function*(number: PhoneNumber) {
  const store = yield* RegistrationStore
  const link = Option.getOrNull(yield* store.number(number))
  const before = link === null ? null : Option.getOrNull(yield* store.get(link.registrationId))
  if (before !== null) yield* store.update({ ...before, dueAt: null })
})

/** Accepts a filing. It is durable when this succeeds, and is submitted from then on, once. */
export const create = Effect.fn("Registrations.create")(function*(owner: Owner, filing: Filing, idempotency: Keyed | null) {
  const { transact } = yield* Transactor
  return yield* transact(Effect.gen(function*() {
    const store = yield* RegistrationStore
    const earlier = yield* replayed(idempotency)
    if (earlier !== null) return { registration: earlier, replayed: true }
    const mistakes = yield* mistakesOf(filing, { accountId: owner.accountId, id: owner.projectId })
    if (mistakes.length > 0) return yield* new InvalidFiling({ mistakes })
    const registration = file({ ...owner, id: yield* (yield* Ids).registration, filing }, yield* DateTime.now)
    yield* store.insert(registration)
    const numbers = filing.kind === "campaign" ? filing.numbers ?? [] : filing.kind === "toll_free" ? [filing.number] : []
    for (const number of numbers) {
      yield* retireRejected(number)
      yield* store.putNumber(registers(number, registration.id))
    }
    yield* settleNumbers(registration)
    yield* AuditLog.append({ ...owner, action: "registration.filed", subject: registration.id, detail: `A ${filing.kind === "toll_free" ? "toll-free verification" : filing.kind}.` })
    yield* remember(idempotency, 202, registration.id)
    return { registration, replayed: false }
  }))
})

const own = Effect.fnUntraced(function*(owner: Owner, id: RegistrationId) {
  const found = Option.getOrNull(yield* (yield* RegistrationStore).get(id))
  return found === null || found.accountId !== owner.accountId || found.projectId !== owner.projectId ? yield* new RegistrationNotFound({ id }) : found
})

/** A registration of the project. */
export const retrieve = Effect.fn("Registrations.retrieve")(own)

/** Puts a number of the project under a campaign. The carrier is told from then on; again: nothing more. */
export const attach = Effect.fn("Registrations.attach")(function*(owner: Owner, id: RegistrationId, number: PhoneNumber) {
  const { transact } = yield* Transactor
  return yield* transact(Effect.gen(function*() {
    const campaign = yield* own(owner, id)
    if (campaign.filing.kind !== "campaign") return yield* new RegistrationNotFound({ id })
    const mistake = yield* attachable(number, id, owner.projectId, "number")
    if (mistake !== null) return yield* new InvalidFiling({ mistakes: [mistake] })
    const isNew = Option.isNone(yield* (yield* RegistrationStore).number(number))
    if (isNew) yield* AuditLog.append({ ...owner, action: "registration.changed", subject: id, detail: `${number} was put under it.` })
    return yield* attachTo(campaign, number)
  }))
})

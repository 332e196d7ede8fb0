/** Registrations with carriers, and their numbers, on SQL. */
import { DateTime, Effect, Layer, Option, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { CarrierRegistration, RegisteredNumber } from "@parley/core/CarrierRegistration"
import { RegistrationStore } from "@parley/core/ports/RegistrationStore"
import { named, toMillis } from "./Rows.ts"

interface DetailRow {
  readonly detail: string
}

interface NumberRow {
  readonly number: RegisteredNumber["number"]
  readonly registration_id: RegisteredNumber["registrationId"]
  readonly detail: string
}

// The whole registration is the JSON text `detail`; the columns beside it are what queries look for.
const registrationJson = Schema.fromJsonString(Schema.toCodecJson(CarrierRegistration))
const encode = Schema.encodeSync(registrationJson)
const decode = Schema.decodeSync(registrationJson)
const numberJson = Schema.fromJsonString(Schema.toCodecJson(Schema.Struct({
  attachedAt: RegisteredNumber.fields.attachedAt,
  trouble: RegisteredNumber.fields.trouble,
  refusal: RegisteredNumber.fields.refusal
})))
const encodeNumber = Schema.encodeSync(numberJson)
const decodeNumber = Schema.decodeSync(numberJson)

const toRegistration = ({ detail }: DetailRow): CarrierRegistration => decode(detail)
const toNumber = (row: NumberRow): RegisteredNumber => ({ number: row.number, registrationId: row.registration_id, ...decodeNumber(row.detail) })
const brandOf = ({ filing }: CarrierRegistration) => filing.kind === "campaign" ? filing.brand : null

export const layer: Layer.Layer<RegistrationStore, never, SqlClient.SqlClient> = Layer.effect(
  RegistrationStore,
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    return RegistrationStore.of({
      insert: (r) =>
        sql`INSERT INTO registrations (id, account_id, project_id, kind, state, brand_id, due_at, detail)
          VALUES (${r.id}, ${r.accountId}, ${r.projectId}, ${r.filing.kind}, ${r.state}, ${brandOf(r)}, ${toMillis(r.dueAt)}, ${encode(r)})`.pipe(
          Effect.asVoid,
          named("registrations.insert")
        ),
      update: (r) =>
        sql`UPDATE registrations SET state = ${r.state}, due_at = ${toMillis(r.dueAt)}, detail = ${encode(r)} WHERE id = ${r.id}`.pipe(
          Effect.asVoid,
          named("registrations.update")
        ),
      get: (id) =>
        sql<DetailRow>`SELECT detail FROM registrations WHERE id = ${id}`.pipe(
          Effect.map((rows) => Option.map(Option.fromNullishOr(rows[0]), toRegistration)),
          named("registrations.get")
        ),
      list: (filter, page) => {
        const conditions = [sql`account_id = ${filter.accountId}`, sql`project_id = ${filter.projectId}`]
        if (filter.kind !== undefined) conditions.push(sql`kind = ${filter.kind}`)
        if (filter.state !== undefined) conditions.push(sql`state = ${filter.state}`)
        if (page.cursor !== null) conditions.push(sql`id < ${page.cursor}`)
        return sql<DetailRow>`SELECT detail FROM registrations WHERE ${sql.and(conditions)} ORDER BY id DESC LIMIT ${page.limit + 1}`.pipe(
          Effect.map((rows) => {
            const items = rows.slice(0, page.limit).map(toRegistration)
            return { items, next: rows.length > page.limit ? items.at(-1)?.id ?? null : null }
          }),
          named("registrations.list")
        )
      },
      campaignsOf: (brand) =>
        sql<DetailRow>`SELECT detail FROM registrations WHERE brand_id = ${brand} ORDER BY id`.pipe(
          Effect.map((rows) => rows.map(toRegistration)),
          named("registrations.campaignsOf")
        ),
      due: (now, limit) =>
        sql<{ id: CarrierRegistration["id"] }>`SELECT id FROM registrations WHERE due_at <= ${DateTime.toEpochMillis(now)} ORDER BY due_at LIMIT ${limit}`.pipe(
          Effect.map((rows) => rows.map(({ id }) => id)),
          named("registrations.due")
        ),

      putNumber: (n) =>
        sql`INSERT INTO registered_numbers (number, registration_id, detail) VALUES (${n.number}, ${n.registrationId}, ${encodeNumber(n)})
          ON CONFLICT (number) DO UPDATE SET registration_id = excluded.registration_id, detail = excluded.detail`.pipe(
          Effect.asVoid,
          named("registrations.putNumber")
        ),
      number: (number) =>
        sql<NumberRow>`SELECT * FROM registered_numbers WHERE number = ${number}`.pipe(
          Effect.map((rows) => Option.map(Option.fromNullishOr(rows[0]), toNumber)),
          named("registrations.number")
        ),
      numbersOf: (id) =>
        sql<NumberRow>`SELECT * FROM registered_numbers WHERE registration_id = ${id} ORDER BY number`.pipe(
          Effect.map((rows) => rows.map(toNumber)),
          named("registrations.numbersOf")
        )
    })
  })
)

/** `parley audit`: who did what in the account, through a running gateway. */
import { Console, Effect, Option, Schema } from "effect"
import type { AuditEntry, AuditListParams } from "@parley/sdk"
import { AuditAction } from "@parley/schema/Audit"
import { call, CallFailed, client } from "./ClientCommands.ts"

/** Flags that were not given are `undefined`. */
export interface Which {
  readonly action: string | undefined
  readonly subject: string | undefined
  readonly after: string | undefined
  readonly before: string | undefined
  readonly limit: number
  readonly json: boolean
}

const decodeAction = Schema.decodeUnknownOption(AuditAction)

const actionOf = Effect.fnUntraced(function*(text: string | undefined) {
  if (text === undefined) return {}
  const action = Option.getOrUndefined(decodeAction(text))
  return action === undefined ? yield* new CallFailed({ detail: `--action=${text} is none of ${AuditAction.literals.join(", ")}` }) : { action }
})

const timeOf = Effect.fnUntraced(function*<Name extends "after" | "before">(name: Name, text: string | undefined) {
  if (text === undefined) return {}
  const at = new Date(text)
  if (Number.isNaN(at.getTime())) return yield* new CallFailed({ detail: `--${name}=${text} is not a time, like 2026-11-24 or 2026-11-24T15:04:05Z` })
  return { [name]: at } as { readonly [K in Name]: Date }
})

const line = ({ action, actor, at, detail, subject }: AuditEntry) => [at.toISOString().slice(0, 19).replace("T", " "), actor, action, subject, detail].join("\t")

export const audit = Effect.fnUntraced(function*({ action, after, before, json, limit, subject }: Which) {
  const params: AuditListParams = {
    limit,
    ...yield* actionOf(action),
    ...(subject === undefined ? {} : { subject }),
    ...yield* timeOf("after", after),
    ...yield* timeOf("before", before)
  }
  const parley = yield* client
  const page = yield* call(() => parley.auditLog.list(params))
  if (json) return yield* Console.log(JSON.stringify(page.data, null, 2))
  if (page.data.length === 0) return yield* Console.log("Nothing was done that the filters let through.")
  for (const entry of page.data) yield* Console.log(line(entry))
  if (page.nextCursor !== null) yield* Console.log("… and older ones")
})

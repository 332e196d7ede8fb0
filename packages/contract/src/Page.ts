/** Lists: newest first, a page at a time. */
import { Effect, Schema } from "effect"
import { wire } from "./Wire.ts"

/** The most items of one page. */
export const maxLimit = 100
/** The items of a page when the caller does not say. */
export const defaultLimit = 20

/** Query parameters of a list. The decoded limit is always there. */
export const pageQuery = {
  limit: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: maxLimit })).annotate({
    description: `How many items, 1 to ${maxLimit}. ${defaultLimit} when absent.`
  }).pipe(Schema.withDecodingDefaultKey(Effect.succeed(defaultLimit))),
  cursor: Schema.optionalKey(Schema.NonEmptyString.annotate({ description: "`next_cursor` of the page before." }))
}

/**
 * A page of items. `nextCursor` is opaque and `null` on the last page.
 * @param name the items' name in the plural, like `Sessions`
 */
export const page = <Item extends Schema.Top>(name: string, item: Item) =>
  wire(
    `${name}Page`,
    {
      data: Schema.Array(item),
      nextCursor: Schema.NullOr(Schema.String.annotate({ description: "Pass it as `cursor` for the next page." }))
    },
    "A page of a list, newest first."
  )

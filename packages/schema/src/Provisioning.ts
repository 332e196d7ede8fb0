/** The words of how a number comes to a project, and leaves it. */
import { Schema } from "effect"

/** What carriers sell. `local` numbers are long codes. */
export const MarketType = Schema.Literals(["local", "mobile", "toll_free"])
export type MarketType = typeof MarketType.Type

/** `buy`: from the carrier. `import`: a number that the carrier account has already. `release`: give it back. */
export const OperationKind = Schema.Literals(["buy", "import", "release"])
export type OperationKind = typeof OperationKind.Type

/**
 * `buy`: `intended → bought → configured → active`, or `undoing → failed`. `import`: `intended → configured → active`, or `failed`.
 * `release`: `intended → draining → released`. `active`, `failed` and `released` are final.
 */
export const OperationStage = Schema.Literals(["intended", "bought", "configured", "active", "undoing", "failed", "draining", "released"])
export type OperationStage = typeof OperationStage.Type

/** What a number costs, as the carrier tells it: `amount` is a decimal like `1.15`, `currency` ISO 4217. */
export const Price = Schema.Struct({ amount: Schema.String, currency: Schema.String })
export type Price = typeof Price.Type

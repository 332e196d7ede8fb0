/** All that is to be done, whether one process does it or several share it: what has an owner, and what is done once in the whole cluster. */
import { Layer } from "effect"
import * as Housekeeping from "./Housekeeping.ts"
import * as Inquiry from "./Inquiry.ts"
import * as Owners from "./Owners.ts"
import * as Poster from "./Poster.ts"
import * as Redaction from "./Redaction.ts"
import * as Rouse from "./Rouse.ts"
import * as Sweep from "./Sweep.ts"
import * as Tenure from "./Tenure.ts"

export const layer = Layer.mergeAll(Sweep.layer, Housekeeping.layer, Inquiry.layer, Poster.layer, Redaction.layer, Rouse.layer).pipe(
  Layer.provideMerge(Owners.layer),
  Layer.provideMerge(Tenure.layer)
)

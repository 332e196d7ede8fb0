/** An event as it is told, in the stream and in webhooks. */
import { Schema } from "effect"
import { Event } from "@parley/contract/Event"
import type * as Core from "@parley/core/Event"
import * as Resource from "./Resources.ts"

const encodeEvent = Schema.encodeSync(Schema.fromJsonString(Event))

/** Its JSON, on one line. */
export const encode = (event: Core.Event): string => encodeEvent(Resource.event(event))

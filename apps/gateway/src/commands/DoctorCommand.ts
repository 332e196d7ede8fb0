/** `parley doctor`. */
import { Console, Effect } from "effect"
import { withStore } from "./Offline.ts"

export const doctor = (json: boolean) => withStore(() => Effect.asVoid(Console.log(json ? "{}" : "")))

/** Parley's TypeScript client. */
export { ApiCall, type WithResponse } from "./ApiCall.ts"
export {
  AbortError,
  ApiError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  ConnectionError,
  type FieldError,
  NotFoundError,
  ParleyError,
  PermissionError,
  RateLimitError,
  ServerError,
  TimeoutError
} from "./Errors.ts"
export type { Cluster, ParleyOptions, RequestOptions } from "./Options.ts"
export { Page, PageCall } from "./Page.ts"
export { Parley } from "./Parley.ts"
export type { Availability, Campaigns, Messages, Numbers, OptOuts, OutboundSms, ScheduledSends, Sessions, Templates } from "./Resources.ts"
export type * from "./Types.ts"

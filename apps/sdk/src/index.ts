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
  GoneError,
  NotFoundError,
  ParleyError,
  PermissionError,
  RateLimitError,
  ServerError,
  TimeoutError
} from "./Errors.ts"
export type { EventParams, EventStream, EventType, MessageEvent, OptOutEvent, ParleyEvent, SessionEvent } from "./Events.ts"
export type { Logger, LogLevel } from "./Log.ts"
export type { Cluster, ParleyOptions, RequestOptions } from "./Options.ts"
export { Page, PageCall, type PageParams } from "./Page.ts"
export { Parley } from "./Parley.ts"
export { NoReplyError, SessionEndedError, type SessionReference, type WaitForReplyOptions } from "./Reply.ts"
export type * from "./AuditLog.ts"
export type * from "./Availability.ts"
export type * from "./Campaigns.ts"
export type * from "./Environment.ts"
export type * from "./Messages.ts"
export type * from "./Numbers.ts"
export type * from "./OptOuts.ts"
export type * from "./OutboundSms.ts"
export type * from "./Registrations.ts"
export type * from "./ScheduledSends.ts"
export type * from "./Sessions.ts"
export type * from "./Templates.ts"
export type * from "./Users.ts"

import { run } from "./Statements.ts"

export const media = run([
  // JSON; null where there are none.
  `ALTER TABLE scheduled_sends ADD COLUMN media_urls TEXT`,
  // 1 and 0; null where nobody has told.
  `ALTER TABLE numbers ADD COLUMN mms INTEGER`
])

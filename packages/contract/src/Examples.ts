/** Requests and answers that the OpenAPI document shows, as they look on the wire. A test decodes each with its schema. */

const userNumber = "+15005550123"
const agentNumber = "+15005550006"
const sessionId = "TW_SMS_01KAV5RK8ETQ8Y4V2N6W3Z7J9C"

const session = {
  id: sessionId,
  channel: "SMS",
  project: "demo",
  environment: "live",
  user_number: userNumber,
  agent_number: agentNumber,
  sender_pool: null,
  state: "engaged",
  end_reason: null,
  end_detail: null,
  opening: "send",
  opened_at: "2026-11-24T15:04:05.678Z",
  last_activity_at: "2026-11-24T15:06:10.002Z",
  ended_at: null,
  next_timeout: { kind: "idle", due_at: "2026-11-25T15:06:10.002Z" },
  takeover: null,
  waiting_for: null,
  agent: { status: "idle", attempts: 0, last_error: null }
} as const

const message = {
  id: "msg_01KAV5RK8ETQ8Y4V2N6W3Z7J9D",
  session_id: sessionId,
  direction: "outbound",
  author: "api",
  purpose: "opening",
  user_number: userNumber,
  agent_number: agentNumber,
  sender_pool: null,
  text: "Hi Ada, your table for two is booked for 8 pm. Shall we keep it?",
  media: [],
  segments: 1,
  status: "delivered",
  trouble: null,
  held_until: null,
  carrier_id: "SM3f0e2b6f1c4d4d0f9a6c1b2a3d4e5f60",
  turn_id: null,
  attempts: 1,
  created_at: "2026-11-24T15:04:05.678Z",
  accepted_at: "2026-11-24T15:04:05.912Z",
  updated_at: "2026-11-24T15:04:08.120Z"
} as const

const event = {
  id: "evt_01KAV5RK8ETQ8Y4V2N6W3Z7J9K",
  type: "message.delivered",
  occurred_at: "2026-11-24T15:04:08.120Z",
  account: "ws-demo",
  project: "demo",
  environment: "live",
  data: message
} as const

const remark = {
  ...message,
  id: "msg_01KAV5RK8ETQ8Y4V2N6W3Z7J9E",
  author: "person",
  purpose: "remark",
  text: "This is Grace from the restaurant. I have moved you to a window table.",
  status: "queued",
  carrier_id: null,
  attempts: 0,
  accepted_at: null
} as const

const takeover = { by: "grace@example.com", reason: "Asked for a person" }

const number = {
  number: agentNumber,
  environment: "live",
  type: "long_code",
  country: "US",
  registration: "approved",
  registration_id: "reg_01KAV5RK8ETQ8Y4V2N6W3Z7J9H",
  waiting_for: null,
  mms: true,
  segments_per_second: 10,
  queued: 0
} as const

const optOut = {
  user_number: userNumber,
  agent_number: agentNumber,
  environment: "live",
  source: "keyword",
  opted_out_at: "2026-11-24T15:04:05.678Z"
} as const

const auditEntry = {
  id: "aud_01KAV5RK8ETQ8Y4V2N6W3Z7J9H",
  at: "2026-11-24T15:07:00.000Z",
  actor: "key_0a1b2c3d4e5f60718293",
  action: "session.taken_over",
  project: "demo",
  subject: session.id,
  detail: "By grace@example.com"
} as const

const erasure = {
  id: "erase_01KAV5RK8ETQ8Y4V2N6W3Z7J9J",
  stage: "erasing",
  pseudonym: "+999204816325471",
  report: { sessions_ended: 1, sessions: 0, messages: 0, messages_cancelled: 1, scheduled_sends: 0, opt_outs_kept: 0, redacted: 0, not_redacted: 0 },
  requested_at: "2026-11-24T15:09:00.000Z",
  finished_at: null
} as const

const source = { name: "Number availability table of the published documentation", read_on: "mid 2026" } as const

const availability = {
  country: "GB",
  two_way: true,
  senders: [
    {
      type: "short_code",
      segments_per_second: { from: 300, to: null },
      lead_time: { kind: "weeks", weeks_from: 10, weeks_to: 16 },
      registration: "none",
      mms: false,
      notes: [],
      source
    },
    {
      type: "long_code",
      segments_per_second: { from: 10, to: 10 },
      lead_time: { kind: "immediate", weeks_from: null, weeks_to: null },
      registration: "none",
      mms: false,
      notes: [],
      source
    }
  ],
  notes: [],
  source
} as const

const campaign = {
  brand_name: "Harbor Family Clinic",
  use_case: "ACCOUNT_NOTIFICATION",
  description: "Harbor Family Clinic sends appointment reminders and changes of appointments to patients who agreed to them on the clinic's intake form.",
  message_flow:
    "New patients fill in the intake form at https://harborclinic.example.com/intake. An optional checkbox, unticked, reads: \"I agree to receive text messages about my appointments from Harbor Family Clinic. Message frequency varies. Message and data rates may apply. Reply STOP to opt out, HELP for help.\" Privacy policy: https://harborclinic.example.com/privacy. Terms: https://harborclinic.example.com/terms.",
  message_samples: [
    "Harbor Family Clinic: You have an appointment with Dr. Lee on [date] at [time]. Reply C to confirm. Reply STOP to opt out.",
    "Harbor Family Clinic: Your results are in: https://bit.ly/3xYz12"
  ],
  has_embedded_links: true,
  has_embedded_phone: false,
  privacy_policy: "Harbor Family Clinic does not share mobile numbers with third parties or affiliates for marketing purposes.",
  terms: "Harbor Family Clinic texts its patients. Message frequency varies. Message and data rates may apply. Reply STOP to cancel, HELP for help. Carriers are not liable for delayed or undelivered messages."
} as const

const campaignReport = {
  verdict: "rejected",
  score: 49,
  findings: [
    {
      rule: "links/shortener",
      severity: "blocker",
      place: { field: "message_samples", sample: 1, quote: "…Your results are in: https://bit.ly/3xYz12" },
      detail: "bit.ly is a public link shortener: carriers block its links.",
      source: {
        name: "Campaign vetting rejection: Public URL Shorteners",
        code: 30892,
        reason: "Links from public shorteners, and links that are not secure, are not accepted."
      },
      suggestion: "Use the whole link, or a short domain of the brand's own."
    }
  ]
} as const

const template = { name: "reminder", title: "The day before", body: "Hi ${name}, see you tomorrow at ${time}.", variables: ["name", "time"] } as const

const scheduledSend = {
  id: "sched_01KAV5RK8ETQ8Y4V2N6W3Z7J9F",
  environment: "live",
  user_number: userNumber,
  agent_number: null,
  text: "Hi Ada, see you tomorrow at 8 pm.",
  media_urls: [],
  template: "reminder",
  status: "scheduled",
  send_at: "2026-11-25T15:00:00.000Z",
  due_at: "2026-11-25T15:00:00.000Z",
  session_id: null,
  message_id: null,
  trouble: null,
  created_at: "2026-11-24T15:04:05.678Z",
  updated_at: "2026-11-24T15:04:05.678Z"
} as const

const availableNumber = {
  number: "+14155550142",
  country: "US",
  type: "local",
  locality: "San Francisco",
  region: "CA",
  needs_address: false,
  monthly_price: { amount: "1.15", currency: "USD" }
} as const

const numberOperation = {
  id: "op_01KAV5RK8ETQ8Y4V2N6W3Z7J9G",
  kind: "buy",
  number: availableNumber.number,
  environment: "live",
  stage: "configured",
  trouble: null,
  created_at: "2026-11-24T15:04:05.678Z",
  updated_at: "2026-11-24T15:04:06.120Z"
} as const

const numberPlan = {
  number: availableNumber.number,
  steps: [
    "Buy +14155550142 (long_code, US) from the carrier, bearing the operation's id.",
    "Have the carrier bring its texts to https://sms.example.com/twilio/demo/live/sms#rc=5&rp=all",
    "Let project demo text from it in live, at 1 segments a second (registration unregistered)."
  ],
  monthly_price: availableNumber.monthly_price
} as const

const brandSubmission = {
  name: "Harbor Family Clinic",
  type: "standard",
  customer_profile: "BU11111111111111111111111111111111",
  messaging_profile: "BU22222222222222222222222222222222"
} as const

const brand = {
  id: "reg_01KAV5RK8ETQ8Y4V2N6W3Z7J9G",
  kind: "brand",
  name: brandSubmission.name,
  state: "approved",
  brand: null,
  carrier_id: "BN0044409f7e067e279523808d267e2d85",
  trust_score: 80,
  segments_per_second: null,
  daily_segments: 200_000,
  numbers: [],
  trouble: null,
  next_check_at: "2026-11-24T21:04:05.678Z",
  changed_at: "2026-11-24T15:04:05.678Z",
  created_at: "2026-11-24T14:58:05.678Z",
  updated_at: "2026-11-24T15:04:05.678Z"
} as const

const campaignSubmission = { ...campaign, message_samples: [campaign.message_samples[0], "Harbor Family Clinic: Your results are in. Reply HELP for help."], has_embedded_links: false, brand: brand.id, numbers: [agentNumber] } as const

const registeredCampaign = {
  ...brand,
  id: number.registration_id,
  kind: "campaign",
  state: "in_review",
  brand: brand.id,
  carrier_id: "QE2c6890da8086d771620e9b13fadeba0b",
  trust_score: null,
  segments_per_second: 225,
  daily_segments: null,
  numbers: [{ number: agentNumber, registration: "pending", waiting_for: "Waiting for campaign QE2c6890da8086d771620e9b13fadeba0b, which is in review." }],
  next_check_at: "2026-11-24T15:04:20.678Z"
} as const

const tollFreeNumber = "+18005550142"

const tollFreeSubmission = {
  number: tollFreeNumber,
  business_name: "Harbor Family Clinic, Inc.",
  business_website: "https://harborclinic.example.com",
  business_type: "PRIVATE_PROFIT",
  business_registration_number: "12-3456789",
  business_registration_authority: "EIN",
  business_registration_country: "US",
  street: "1 Harbor Street",
  city: "Portland",
  region: "ME",
  postal_code: "04101",
  country: "US",
  contact_first_name: "Ada",
  contact_last_name: "Lovelace",
  contact_email: "ada@harborclinic.example.com",
  contact_phone: userNumber,
  notification_email: "ada@harborclinic.example.com",
  use_cases: ["ACCOUNT_NOTIFICATIONS"],
  use_case_summary: "Reminders of appointments to patients who agreed to them on the intake form.",
  message_sample: "Harbor Family Clinic: You have an appointment on [date]. Reply STOP to opt out.",
  opt_in_type: "WEB_FORM",
  opt_in_image_urls: ["https://harborclinic.example.com/intake.png"],
  monthly_volume: "1,000"
} as const

const verification = {
  ...brand,
  id: "reg_01KAV5RK8ETQ8Y4V2N6W3Z7J9J",
  kind: "toll_free",
  name: tollFreeSubmission.business_name,
  state: "submitting",
  carrier_id: null,
  trust_score: null,
  daily_segments: null,
  numbers: [{ number: tollFreeNumber, registration: "pending", waiting_for: "Waiting for toll-free verification reg_01KAV5RK8ETQ8Y4V2N6W3Z7J9J to be submitted." }]
} as const

const page = <Item>(item: Item) => ({ data: [item], next_cursor: null })

/** By operation id. A missing request or answer has no body. `dryRun`: the answer when nothing was to be done. */
export const examples: { readonly [operationId: string]: { readonly request?: unknown; readonly answer?: unknown; readonly dryRun?: unknown } } = {
  sendOutboundSms: { request: { message: message.text, user_number: userNumber, agent_number: agentNumber } },
  listSessions: { answer: page(session) },
  retrieveSession: { answer: session },
  listSessionMessages: { answer: page(message) },
  speakInSession: { request: { message: remark.text }, answer: remark },
  takeOverSession: { request: takeover, answer: { ...session, takeover: { ...takeover, at: "2026-11-24T15:07:00.000Z" } } },
  releaseSession: { answer: session },
  endSession: {
    answer: { ...session, state: "ended", end_reason: "operator_end", ended_at: "2026-11-24T15:08:00.000Z", next_timeout: null }
  },
  retrieveMessage: { answer: message },
  listNumbers: { answer: page(number) },
  provisionNumber: { request: { country: "US", area_code: "415", environment: "live" }, answer: { ...numberOperation, stage: "intended" }, dryRun: numberPlan },
  retrieveNumberOperation: { answer: numberOperation },
  releaseNumber: { answer: { ...numberOperation, kind: "release", stage: "intended" } },
  searchAvailableNumbers: { answer: { data: [availableNumber] } },
  eraseUser: { answer: erasure },
  retrieveErasure: {
    answer: {
      ...erasure,
      stage: "done",
      report: { ...erasure.report, sessions: 3, messages: 14, scheduled_sends: 1, opt_outs_kept: 1, redacted: 14 },
      finished_at: "2026-11-24T15:09:04.250Z"
    }
  },
  streamEvents: { answer: `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n` },
  listAuditLog: { answer: page(auditEntry) },
  listOptOuts: { answer: page(optOut) },
  listTemplates: { answer: page(template) },
  listScheduledSends: { answer: page(scheduledSend) },
  retrieveScheduledSend: { answer: scheduledSend },
  cancelScheduledSend: { answer: { ...scheduledSend, status: "cancelled", updated_at: "2026-11-24T15:10:00.000Z" } },
  listAvailability: { answer: { data: [availability] } },
  retrieveAvailability: { answer: availability },
  scanCampaign: { request: campaign, answer: campaignReport },
  registerBrand: { request: brandSubmission, answer: { ...brand, state: "submitting", carrier_id: null, trust_score: null, daily_segments: 2_000 } },
  registerCampaign: { request: campaignSubmission, answer: registeredCampaign },
  verifyTollFree: { request: tollFreeSubmission, answer: verification },
  listRegistrations: { answer: page(registeredCampaign) },
  retrieveRegistration: { answer: brand },
  attachNumber: { request: { number: agentNumber }, answer: registeredCampaign }
}

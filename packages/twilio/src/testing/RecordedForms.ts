/** Webhook bodies as Twilio sends them, byte for byte, with account, SIDs and numbers replaced. */

const account = "AccountSid=AC00000000000000000000000000000001"
const geography = "ToCountry=US&ToState=CA&ToCity=SAN+FRANCISCO&ToZip=94105&FromCountry=US&FromState=CA&FromCity=LOS+ANGELES&FromZip=90001"
const numbers = "To=%2B15005550006&From=%2B15017122661"
const tail = `${account}&ApiVersion=2010-04-01`

const sms = (sid: string, rest: string) =>
  `${geography}&SmsMessageSid=${sid}&SmsSid=${sid}&SmsStatus=received&MessageSid=${sid}&${numbers}&${rest}&${tail}`

export const sid = {
  plain: "SM1a2b3c4d5e6f708192a3b4c5d6e7f801",
  picture: "MM1a2b3c4d5e6f708192a3b4c5d6e7f802"
} as const

const media = (n: number, type: string) =>
  `MediaContentType${n}=${encodeURIComponent(type)}&MediaUrl${n}=https%3A%2F%2Fapi.twilio.com%2F2010-04-01%2FAccounts%2FAC00000000000000000000000000000001%2FMessages%2F${sid.picture}%2FMedia%2FME0000000000000000000000000000000${n}`

export const inbound = {
  plain: sms(sid.plain, "NumMedia=0&Body=Hello+there&NumSegments=1"),
  punctuation: sms(sid.plain, "NumMedia=0&Body=50%25+off%3F+Yes%21+%26+%22thanks%22+%2B1+a%3Db&NumSegments=1"),
  emoji: sms(sid.plain, "NumMedia=0&Body=On+my+way+%F0%9F%91%A9%F0%9F%8F%BD%E2%80%8D%F0%9F%9A%80&NumSegments=1"),
  arabic: sms(sid.plain, "NumMedia=0&Body=%D9%85%D8%B1%D8%AD%D8%A8%D8%A7&NumSegments=1"),
  lines: sms(sid.plain, "NumMedia=0&Body=first%0Asecond%0D%0Athird&NumSegments=1"),
  multiSegment: sms(sid.plain, `NumMedia=0&Body=${"long+text+".repeat(150)}&NumSegments=10`),
  messagingService: sms(sid.plain, "NumMedia=0&Body=Hi&NumSegments=1&MessagingServiceSid=MG00000000000000000000000000000001"),
  stopByAdvancedOptOut: sms(sid.plain, "NumMedia=0&Body=Stop&NumSegments=1&MessagingServiceSid=MG00000000000000000000000000000001&OptOutType=STOP"),
  startByAdvancedOptOut: sms(sid.plain, "NumMedia=0&Body=START&NumSegments=1&OptOutType=START"),
  helpByAdvancedOptOut: sms(sid.plain, "NumMedia=0&Body=help&NumSegments=1&OptOutType=HELP"),
  twoPictures: sms(sid.picture, `NumMedia=2&${media(0, "image/jpeg")}&${media(1, "image/png")}&Body=Look+at+these&NumSegments=1`),
  pictureOnly: sms(sid.picture, `NumMedia=1&${media(0, "image/jpeg")}&Body=&NumSegments=1`),
  pictureWithoutBody: sms(sid.picture, `NumMedia=1&${media(0, "image/jpeg")}&NumSegments=1`),
  contactCard: sms(sid.picture, `NumMedia=1&${media(0, "text/x-vcard")}&Body=&NumSegments=1`),
  newFields: sms(sid.plain, "NumMedia=0&Body=Hi&NumSegments=1&ChannelMetadata=%7B%22type%22%3A%22sms%22%7D&NobodyKnows=me&NobodyKnows=twice"),
  withoutCountOfMedia: `MessageSid=${sid.plain}&${numbers}&Body=Hi&${tail}`,
  olderNames: `SmsSid=${sid.plain}&${numbers}&Body=Hi&NumMedia=0&${tail}`,
  empty: sms(sid.plain, "NumMedia=0&Body=&NumSegments=1"),
  fallback: sms(sid.plain, "NumMedia=0&Body=Hi&NumSegments=1&ErrorCode=11200&ErrorUrl=https%3A%2F%2Fsms.example.com%2Ftwilio%2Fdemo%2Flive%2Fsms"),
  fromShortCode: `MessageSid=${sid.plain}&To=%2B15005550006&From=22395&Body=Your+code+is+1234&NumMedia=0&${tail}`,
  fromAlphanumeric: `MessageSid=${sid.plain}&To=%2B15005550006&From=MyBank&Body=Hello&NumMedia=0&${tail}`,
  fromRcs: `MessageSid=${sid.plain}&To=rcs%3Aagent_x&From=rcs%3A%2B15017122661&Body=Hello&NumMedia=0&${tail}`,
  fromWhatsApp: `MessageSid=${sid.plain}&To=whatsapp%3A%2B15005550006&From=whatsapp%3A%2B15017122661&Body=Hello&NumMedia=0&${tail}`,
  toShortCode: `MessageSid=${sid.plain}&To=22395&From=%2B15017122661&Body=Hello&NumMedia=0&${tail}`
} as const

const report = (status: string, rest = "") =>
  `SmsSid=${sid.plain}&SmsStatus=${status}&MessageStatus=${status}&To=%2B15017122661&MessageSid=${sid.plain}&${account}&From=%2B15005550006&ApiVersion=2010-04-01${rest}`

export const status = {
  queued: report("queued"),
  sending: report("sending"),
  sent: report("sent"),
  delivered: report("delivered", "&RawDlrDoneDate=2611241005"),
  read: report("read"),
  undelivered: report("undelivered", "&ErrorCode=30003&RawDlrDoneDate=2611241005"),
  failed: report("failed", "&ErrorCode=30007"),
  failedForANewReason: report("failed", "&ErrorCode=39999&ErrorMessage=Something+new"),
  failedWithoutAReason: report("failed", "&ErrorCode="),
  canceled: report("canceled"),
  received: report("received"),
  unheardOf: report("teleported"),
  olderNames: `SmsSid=${sid.plain}&SmsStatus=sent&${account}`
} as const

/** The wording by which reviewers recognise what people must be told. Each list holds the usual ways to say one thing, Spanish ones for the opt-out too. */
import { phrases, type Phrases, type Words, has } from "./Words.ts"

const stopWords = phrases(
  "reply stop", "text stop", "send stop", "reply with stop", "stop to", "stop 2", "txt stop", "type stop", "unsubscribe", "opt out", "opting out", "reply end", "reply quit", "reply cancel", "responda stop", "envie stop", "stop para", "responda alto", "arret"
)

/** How to opt out: the usual words, or STOP in capitals. */
export const tellsStop = (text: Words): boolean => has(stopWords, text) || text.words.some(({ raw }) => raw === "STOP")

const helpWords = phrases("reply help", "text help", "send help", "help for", "for help", "help to", "need help", "get help", "questions call", "contact us", "ayuda")

/** How to get help: the usual words, or HELP in capitals. */
export const tellsHelp = (text: Words): boolean => has(helpWords, text) || text.words.some(({ raw }) => raw === "HELP")

/** How often texts come. */
export const frequency: Phrases = phrases(
  "message frequency", "msg frequency", "messages frequency", "msg freq", "frequency varies", "frequency may vary", "frequency will vary", "recurring messages", "recurring texts", "recurring automated", "# msgs", "# msg", "# messages", "# message", "# texts",
  "# text", "# sms", "one message per", "one text per", "one message for each", "one text for each", "a message per", "a text per", "one time passcode per", "one message each", "one text each", "messages per", "msgs per", "texts per", "message per", "msg per", "times a week", "times per month",
  "once a day", "once a week", "once a month", "each time you", "every time you", "each time they", "every time they", "number of messages varies"
)

/** What texts cost. */
export const rates: Phrases = phrases(
  "message and data rates", "messages and data rates", "msg and data rates", "msg data rates", "msgs data rates", "message data rates", "messaging rates", "data rates may apply", "rates may apply", "carrier charges may apply", "standard rates apply", "rates apply", "standard message rates"
)

/** That someone opts in. */
export const optsIn: Phrases = phrases(
  "opt in", "opts in", "opted in", "opting in", "sign up", "signs up", "signing up", "signup", "subscribe", "subscribes", "subscribing", "enroll", "enrolls", "enrolling", "enrol", "enrols", "register", "registers", "check box", "checkbox", "check a box", "check the box", "checks a box", "checks the box", "checking the box", "tick", "ticks",
  "ticking", "toggle", "consent", "consents", "agree", "agrees", "text join", "text start", "texting join", "texting start", "texts join", "text the keyword", "texting the keyword", "keyword", "verbal consent", "request a code", "requests a code"
)

/** Where someone opts in. */
export const where: Phrases = phrases(
  "website", "web site", "web form", "webform", "online form", "web page", "webpage", "landing page", "checkout page", "at checkout", "sign up page", "signup page", "account settings", "settings page", "profile page", "app", "mobile app", "paper form", "intake form", "enrollment form",
  "registration form", "application form", "order form", "booking form", "form at", "in store", "in person", "in our office", "at our office", "at the front desk", "front desk", "point of sale", "at the register", "kiosk", "over the phone", "by phone", "on the phone", "phone call", "verbally", "qr code",
  "texting", "text join", "text start", "text the keyword", "texts the keyword", "poster", "flyer", "signage", "at the event"
)

/** Ways of opting in that a reviewer can look up when there is a link. */
export const online: Phrases = phrases("website", "web site", "web form", "webform", "online form", "web page", "webpage", "landing page", "checkout page", "at checkout", "sign up page", "signup page", "booking form", "account settings", "app", "mobile app", "portal")

/** The words that people agree to. */
export const agreement: Phrases = phrases(
  "i agree", "i consent", "you agree", "you consent", "they agree", "agrees to receive", "agree to receive", "agreeing to receive", "consent to receive", "consents to receive", "consenting to receive", "yes send me", "sign me up", "text me", "send me text", "send me texts", "opt in to receive",
  "opts in to receive", "opting in to receive", "would you like to receive", "do you agree", "may we text", "can we text", "ok to text", "okay to text", "permission to text", "authorize"
)

export const privacyPolicy: Phrases = phrases("privacy policy", "privacy notice", "privacy statement", "privacy page", "privacy")
export const termsLink: Phrases = phrases("terms of service", "terms of use", "terms and conditions", "terms", "sms terms", "messaging terms", "conditions of use")

/** That consent is given freely. */
export const freelyGiven: Phrases = phrases(
  "not a condition", "not required to", "not a requirement", "consent is not required", "is optional", "optional", "without consenting", "no purchase necessary", "not be required", "isn't required", "is not required"
)

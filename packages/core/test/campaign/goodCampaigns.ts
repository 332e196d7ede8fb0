/** Campaigns that carriers take, written for these tests: brands, pages and numbers are invented. */
import type { Campaign } from "@parley/schema/Campaign"

const policy = (brand: string) =>
  `${brand} respects your privacy. We collect your name and mobile number when you sign up for text messages, and use them to send what you asked for. We do not sell, rent, loan, trade or otherwise share mobile numbers or text messaging consent with third parties or affiliates for marketing or promotional purposes. You can ask us to delete your data at any time.`

const terms = (brand: string) =>
  `${brand} text messages. By opting in you agree to receive the messages that you asked for. Message frequency varies. Message and data rates may apply. Reply STOP to cancel at any time, or HELP for help. Carriers are not liable for delayed or undelivered messages. Our privacy policy applies.`

const replies = (brand: string) => ({
  optInKeywords: ["START", "JOIN"],
  optInMessage: `${brand}: You are now opted in. Message frequency varies. Message and data rates may apply. Reply HELP for help, STOP to opt out.`,
  optOutKeywords: ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"],
  optOutMessage: `${brand}: You have been unsubscribed and will not receive further messages. Reply START to resubscribe.`,
  helpKeywords: ["HELP", "INFO"],
  helpMessage: `${brand}: For help call 1-800-555-0100 or write to help@example.com. Message and data rates may apply. Reply STOP to opt out.`
})

export const clinic: Campaign = {
  brandName: "Harbor Family Clinic LLC",
  useCase: "ACCOUNT_NOTIFICATION",
  description: "Harbor Family Clinic sends appointment reminders and changes of appointments to patients who agreed to them on the clinic's intake form.",
  messageFlow:
    "New patients fill in the intake form at https://harborclinic.example.com/intake. An optional checkbox, unticked, reads: \"I agree to receive text messages about my appointments from Harbor Family Clinic. Message frequency varies, up to 4 messages per month. Message and data rates may apply. Reply STOP to opt out, HELP for help.\" Privacy policy: https://harborclinic.example.com/privacy. Terms: https://harborclinic.example.com/terms.",
  messageSamples: [
    "Harbor Family Clinic: You have an appointment with Dr. Lee on [date] at [time]. Reply C to confirm. Reply STOP to opt out.",
    "Harbor Family Clinic: Dr. Lee is running late today. Your visit now begins at [time]. We are sorry for the wait."
  ],
  hasEmbeddedLinks: false,
  hasEmbeddedPhone: false,
  privacyPolicy: policy("Harbor Family Clinic"),
  terms: terms("Harbor Family Clinic")
}

export const bank: Campaign = {
  ...replies("Juniper Credit Union"),
  brandName: "Juniper Credit Union",
  useCase: "2FA",
  description: "Juniper Credit Union sends one-time passcodes to members who sign in or change their password. This campaign does not involve lending: no loans are offered or serviced by text.",
  messageFlow:
    "Members sign up on our website at https://juniper.example.com/security and enter a mobile number. They tick an optional box: \"I agree to receive one-time passcodes from Juniper Credit Union by text. One message per sign-in. Message and data rates may apply. Text HELP for help, STOP to cancel.\" Our privacy policy and terms are at https://juniper.example.com/legal.",
  messageSamples: [
    "Juniper Credit Union: 481920 is your sign-in code. It expires in 10 minutes. We never ask for it. Reply STOP to opt out.",
    "Juniper Credit Union: use 773012 to reset the password that you asked to change. If this was not you, call your branch."
  ],
  hasEmbeddedLinks: false,
  hasEmbeddedPhone: false,
  privacyPolicy: policy("Juniper Credit Union"),
  terms: terms("Juniper Credit Union")
}

export const bakery: Campaign = {
  ...replies("Marlow Bakery"),
  brandName: "Marlow Bakery",
  useCase: "MARKETING",
  description: "Marlow Bakery sends weekly offers and news of fresh bread to customers who joined its text club in the shop or on its website.",
  messageFlow:
    "Customers text JOIN to the number on the poster in the shop, or sign up at https://marlowbakery.example.com/club, where a box that is not ticked reads \"I agree to receive marketing texts from Marlow Bakery\". The poster and the page say: up to 4 msgs/month, msg & data rates may apply, consent is not a condition of purchase, reply HELP for help and STOP to cancel. Privacy policy and terms: https://marlowbakery.example.com/legal.",
  messageSamples: [
    "Marlow Bakery: 20% off all sourdough this Saturday. Show this text at the counter. Reply STOP to opt out.",
    "Marlow Bakery: The new rye is in, baked with grain from the valley. See the week's bread at https://marlowbakery.example.com/bread"
  ],
  hasEmbeddedLinks: true,
  hasEmbeddedPhone: false,
  privacyPolicy: policy("Marlow Bakery"),
  terms: terms("Marlow Bakery")
}

export const courier: Campaign = {
  ...replies("Swift Parcel"),
  brandName: "Swift Parcel, Inc.",
  useCase: "DELIVERY_NOTIFICATION",
  description: "Swift Parcel tells people who ordered a parcel when it is on its way, when the driver is near, and how to move the delivery to another day.",
  messageFlow:
    "At checkout on the website https://swiftparcel.example.com/checkout people may tick a box: \"Text me delivery updates from Swift Parcel. About 3 messages per order. Message and data rates may apply. Reply STOP to stop, HELP for help.\" The box is optional. Privacy policy https://swiftparcel.example.com/privacy and terms https://swiftparcel.example.com/terms.",
  messageSamples: [
    "Swift Parcel: Your package arrives tomorrow between 9 and 11. Track it: https://swiftparcel.example.com/t/[id] Reply STOP to stop.",
    "Swift Parcel: The driver is ten minutes away. To speak with the depot call (212) 555-0142."
  ],
  hasEmbeddedLinks: true,
  hasEmbeddedPhone: true,
  privacyPolicy: policy("Swift Parcel"),
  terms: terms("Swift Parcel")
}

export const support: Campaign = {
  ...replies("Northwind Appliances"),
  brandName: "Northwind Appliances Co.",
  useCase: "CUSTOMER_CARE",
  description: "Northwind Appliances answers questions of customers about repairs and warranties, in a conversation that the customer began by text or asked for by phone.",
  messageFlow:
    "Customers who call our support line hear: \"May we text you about this repair? Message frequency depends on the conversation; message and data rates may apply; you can reply STOP at any time or HELP for help.\" Only after a verbal yes does the agent record their consent to receive texts. The script is at https://northwind.example.com/sms-script.pdf. Privacy policy and terms: https://northwind.example.com/legal.",
  messageSamples: [
    "Northwind Appliances: Thanks for the photo. The part is covered by your warranty; shall we send a technician on Friday? Reply STOP to opt out.",
    "Northwind Appliances: Your technician is Maria. She will bring the pump and needs about one hour."
  ],
  hasEmbeddedLinks: false,
  hasEmbeddedPhone: false,
  privacyPolicy: policy("Northwind Appliances"),
  terms: terms("Northwind Appliances")
}

export const university: Campaign = {
  ...replies("Alder State University"),
  brandName: "Alder State University",
  useCase: "HIGHER_EDUCATION",
  description: "Alder State University texts its students about registration deadlines, cancelled classes and advising appointments that they signed up for.",
  messageFlow:
    "Students opt in on the account settings page of the student portal, shown at https://alder.example.edu/sms-opt-in.png: \"I agree to receive texts from Alder State University about my courses. Up to 10 messages per month. Message and data rates may apply. Reply HELP for help or STOP to opt out. Texts are optional.\" Privacy policy and terms: https://alder.example.edu/legal.",
  messageSamples: [
    "Alder State University: Registration for the spring semester closes on Friday at noon. Reply STOP to opt out.",
    "Alder State University: Professor Diaz has cancelled today's class of BIO 201. The lab at 3 pm takes place."
  ],
  hasEmbeddedLinks: false,
  hasEmbeddedPhone: false,
  privacyPolicy: policy("Alder State University"),
  terms: terms("Alder State University")
}

export const cardIssuer: Campaign = {
  ...replies("Juniper Credit Union"),
  ...bank,
  useCase: "FRAUD_ALERT",
  description: "Juniper Credit Union asks members about card payments that look unlike them, and tells them when a card was locked. This campaign does not involve lending, and no loans are offered.",
  messageSamples: [
    "Juniper Credit Union: Did you spend $82.10 at Ferry Hardware today? Reply YES or NO. Reply STOP to opt out.",
    "Juniper Credit Union: We have locked your card ending in 4471 because of an unusual charge. Visit a branch to open it again."
  ]
}

export const pollster: Campaign = {
  ...replies("Cedar County Library"),
  brandName: "Cedar County Library",
  useCase: "POLLING_VOTING",
  description: "Cedar County Library asks patrons who joined its reader panel for their opinion on opening hours, events and the collection.",
  messageFlow:
    "Patrons join the panel with a paper form at the front desk. It reads: \"[ ] I agree to receive survey texts from Cedar County Library. At most 2 messages a month. Message and data rates may apply. Reply STOP to leave the panel, HELP for help. Not required to use the library.\" A picture of the form is at https://cedarlibrary.example.org/panel.png, the privacy policy and terms at https://cedarlibrary.example.org/legal.",
  messageSamples: [
    "Cedar County Library: On a scale of 1 to 5, how do you like the new evening hours? Reply with a number, or STOP to leave the panel.",
    "Cedar County Library: Which survey topic next: A) children's events B) e-books C) quiet rooms? Thank you for your opinion."
  ],
  hasEmbeddedLinks: false,
  hasEmbeddedPhone: false,
  privacyPolicy: policy("Cedar County Library"),
  terms: terms("Cedar County Library")
}

export const salon: Campaign = {
  ...replies("Luna Salon"),
  brandName: "Luna Salon",
  useCase: "LOW_VOLUME",
  description: "Luna Salon confirms bookings, reminds clients of them, and now and then tells clients who asked for it about open chairs at a lower price.",
  messageFlow:
    "Clients sign up at https://lunasalon.example.com/book. The booking form has an optional box, unchecked by default: \"I agree to receive texts from Luna Salon. Message frequency varies. Message and data rates may apply. Consent is not a condition of purchase. Reply STOP to end, HELP for help.\" Privacy policy and terms are linked under it: https://lunasalon.example.com/privacy, https://lunasalon.example.com/terms.",
  messageSamples: [
    "Luna Salon: See you on [day] at [time] with Ana. Reply R to move it, STOP to opt out.",
    "Luna Salon: A chair is free today at 4 pm, 15% off a cut. Reply YES to take it."
  ],
  hasEmbeddedLinks: false,
  hasEmbeddedPhone: false,
  privacyPolicy: policy("Luna Salon"),
  terms: terms("Luna Salon")
}

export const city: Campaign = {
  ...replies("City of Fairview"),
  brandName: "City of Fairview",
  useCase: "PUBLIC_SERVICE_ANNOUNCEMENT",
  description: "The City of Fairview tells residents who subscribed about closed roads, water works and warming centers in their part of the city.",
  messageFlow:
    "Residents subscribe at https://fairview.example.gov/alerts, where they choose topics and tick \"I agree to receive texts from the City of Fairview about these topics\". The page says: message frequency varies, message and data rates may apply, reply STOP to unsubscribe and HELP for help. It links the privacy policy https://fairview.example.gov/privacy and the terms https://fairview.example.gov/terms.",
  messageSamples: [
    "City of Fairview: Mill Road is closed from 8 am to 4 pm tomorrow for water works. Reply STOP to unsubscribe.",
    "City of Fairview: A warming center opens tonight at 6 pm in the Grant Street gym. Pets are welcome."
  ],
  hasEmbeddedLinks: false,
  hasEmbeddedPhone: false,
  privacyPolicy: policy("City of Fairview"),
  terms: terms("City of Fairview")
}

export const quitline: Campaign = {
  ...replies("Breathe Easy Quitline"),
  brandName: "Breathe Easy Quitline",
  useCase: "CUSTOMER_CARE",
  description: "Breathe Easy Quitline coaches people who asked for help to quit smoking. Its texts do not promote tobacco, alcohol, gambling or cannabis.",
  messageFlow:
    "People call our free line, and the coach asks: \"Would you like to receive texts from Breathe Easy Quitline while you quit smoking? About 3 messages a week; message and data rates may apply; reply STOP at any time, HELP for help.\" The coach records the verbal consent. Script: https://breathe.example.org/script. Privacy policy and terms: https://breathe.example.org/legal.",
  messageSamples: [
    "Breathe Easy Quitline: Day 3 without a cigarette: cravings pass in about five minutes. You can stop smoking for good. Reply STOP to opt out.",
    "Breathe Easy Quitline: Your coach Sam will call you today at 5 pm. Reply LATER to move the call."
  ],
  hasEmbeddedLinks: false,
  hasEmbeddedPhone: false,
  privacyPolicy: policy("Breathe Easy Quitline"),
  terms: terms("Breathe Easy Quitline")
}

export const realtor: Campaign = {
  brandName: "Keystone Realty",
  useCase: "MIXED",
  description: "Keystone Realty agents send showing confirmations and new listings to home buyers who asked for them on the agency's website.",
  messageFlow:
    "Buyers request listings at https://keystone.example.com/alerts and check an unchecked box agreeing to receive SMS from Keystone Realty at the number provided. Consent is not a condition of purchase. Msg frequency varies; msg and data rates may apply; reply STOP to opt out or HELP for help. Privacy: https://keystone.example.com/privacy Terms: https://keystone.example.com/terms",
  messageSamples: [
    "Keystone Realty: A 3-bedroom home with a wine cellar on Oak St was just listed. Want to see it? Reply STOP to opt out.",
    "Keystone Realty: Your showing at 12 Oak St is confirmed for Sat 10am. Text back with questions."
  ],
  hasEmbeddedLinks: false,
  hasEmbeddedPhone: false,
  privacyPolicy:
    "Mobile information will not be shared with third parties/affiliates for marketing/promotional purposes. All other categories exclude text messaging originator opt-in data and consent; this information won't be shared with any third parties.",
  terms: "Keystone Realty alerts. Text STOP to cancel, HELP for help. Carriers are not liable for delayed or undelivered messages. Message and data rates may apply. Up to 5 messages a month."
}

export const app: Campaign = {
  ...realtor,
  brandName: "Tally",
  useCase: "2FA",
  description: "Tally sends one-time passcodes to users of its mobile app when they log in, to verify that the number is theirs.",
  messageFlow:
    "Users enter their phone number in the Tally mobile app and tap Send code: 'By tapping Send code you agree to receive a one-time verification text from Tally. One message per request. Message and data rates may apply. Reply STOP to opt out, HELP for help.' Screenshot: https://tally.example.com/optin.png Terms https://tally.example.com/terms Privacy https://tally.example.com/privacy",
  messageSamples: [
    "Your Tally verification code is 847291. This code expires in 10 minutes. If you didn't request this, ignore this message.",
    "Your login code for Tally is 523016. Don't share this code with anyone. Reply STOP to opt out."
  ]
}

export const good: Readonly<Record<string, Campaign>> = { clinic, bank, bakery, courier, support, university, cardIssuer, pollster, salon, city, quitline, realtor, app }

/** Campaigns with something wrong in them, written for these tests, and the rules that must find it: those and no others. */
import type { Campaign } from "@parley/schema/Campaign"
import { bakery, bank, cardIssuer, clinic, courier, pollster, salon, support, university } from "./goodCampaigns.ts"

export interface Bad {
  readonly campaign: Campaign
  /** Blockers and warnings by rule; advice may come beside them. */
  readonly finds: ReadonlyArray<string>
}

const first = (campaign: Campaign) => campaign.messageSamples[0] ?? ""
const second = (campaign: Campaign) => campaign.messageSamples[1] ?? ""
const without = <Key extends keyof Campaign>(campaign: Campaign, ...keys: ReadonlyArray<Key>): Omit<Campaign, Key> =>
  Object.fromEntries(Object.entries(campaign).filter(([key]) => !keys.some((one) => one === key))) as Omit<Campaign, Key>

const bad = (campaign: Campaign, change: Partial<Campaign>, ...finds: ReadonlyArray<string>): Bad => ({ campaign: { ...campaign, ...change }, finds })
/** Its second sample is this. */
const saying = (campaign: Campaign, sample: string, ...finds: ReadonlyArray<string>): Bad => bad(campaign, { messageSamples: [first(campaign), sample] }, ...finds)
const flowing = (change: (flow: string) => string, ...finds: ReadonlyArray<string>): Bad => bad(clinic, { messageFlow: change(clinic.messageFlow) }, ...finds)

export const badCampaigns: Readonly<Record<string, Bad>> = {
  "everything is empty": {
    campaign: { brandName: "", useCase: "MARKETING", description: "", messageFlow: "", messageSamples: [], hasEmbeddedLinks: false, hasEmbeddedPhone: false },
    finds: [
      "campaign/length", "samples/count", "brand/missing", "description/vague", "message-flow/how", "message-flow/where", "message-flow/consent", "message-flow/frequency", "message-flow/rates", "message-flow/stop", "message-flow/policies", "privacy/missing", "terms/missing"
    ]
  },
  "the description is too short": bad(clinic, { description: "Harbor Family Clinic reminders" }, "campaign/length", "description/vague"),
  "the description is too long": bad(clinic, { description: `${clinic.description} `.repeat(40) }, "campaign/length"),
  "a sample is too short": saying(clinic, "Clinic: come now", "campaign/length"),
  "a sample is too long": saying(clinic, `Harbor Family Clinic: ${"please bring your insurance documents and a list of medicines. ".repeat(18)}`, "campaign/length"),
  "there is one sample": bad(clinic, { messageSamples: [first(clinic)] }, "samples/count"),
  "there are six samples": bad(
    university,
    {
      messageSamples: [
        ...university.messageSamples,
        "Alder State University: The library is open until midnight this week.",
        "Alder State University: Your advisor Ms. Ito has a free hour on Monday at ten.",
        "Alder State University: Snow day. No classes before noon on either campus.",
        "Alder State University: Financial aid forms are due next Wednesday."
      ]
    },
    "samples/count"
  ),
  "the brand is of signs only": bad(clinic, { brandName: "!!!" }, "brand/missing"),
  "the description does not name the brand": bad(clinic, { description: "We remind patients of their appointments and tell them of changes, if they agreed to that on our intake form." }, "description/brand"),
  "the description names the software and not the brand": bad(clinic, { description: "Our scheduling platform TimeKeeper sends reminders on behalf of medical practices to patients who have booked a visit." }, "description/brand"),
  "the description would fit any campaign": bad(clinic, { description: "Harbor Family Clinic will send messages to our customers for various purposes." }, "description/vague"),
  "no sample names the brand": bad(clinic, { messageSamples: ["You have an appointment on [date] at [time]. Reply STOP to opt out.", "The doctor is running late today. We are sorry for the wait."] }, "samples/brand"),
  "no sample tells how to opt out": bad(clinic, { messageSamples: ["Harbor Family Clinic: You have an appointment on [date] at [time].", second(clinic)] }, "samples/stop"),
  "one sample is there twice": bad(clinic, { messageSamples: [first(clinic), first(clinic)] }, "samples/repeated"),
  "two samples differ in a number only": bad(
    bank,
    { messageSamples: [first(bank), "Juniper Credit Union: 220417 is your sign-in code. It expires in 5 minutes. We never ask for it. Reply STOP to opt out."] },
    "samples/repeated"
  ),
  "two samples differ in a name only": bad(
    clinic,
    { messageSamples: [first(clinic), "Harbor Family Clinic: You have an appointment with Dr. Chen on [date] at [time]. Reply C to confirm. Reply STOP to opt out."] },
    "samples/repeated"
  ),
  "a sample is lorem ipsum": saying(clinic, "Harbor Family Clinic: Lorem ipsum dolor sit amet, consectetur adipiscing elit.", "texts/placeholder"),
  "a sample still has its TODO": saying(clinic, "Harbor Family Clinic: [TODO] add the text about flu shots", "texts/placeholder"),
  "a sample leaves the brand open": saying(clinic, "[Company Name]: Your test results are ready. Please call us at your convenience.", "texts/placeholder"),
  "the message flow leaves the company open": flowing((flow) => flow.replace("agree to receive", "agree, as a customer of [your company name], to receive").replace("from Harbor", "and agree to receive texts from Harbor"), "texts/placeholder"),
  "a sample has fields of a template language": saying(clinic, "Harbor Family Clinic: Hello {{first_name}}, your prescription is ready at the front desk."),

  "the message flow does not say how people opt in": bad(
    clinic,
    { messageFlow: "Patients of the website https://harborclinic.example.com get texts. Message frequency varies. Message and data rates may apply. Reply STOP to opt out, HELP for help. Privacy policy and terms are there." },
    "message-flow/how", "message-flow/consent"
  ),
  "the message flow only says that customers get texts": bad(
    clinic,
    { messageFlow: "Our patients get texts from us about visits, because they are our patients and have given us a number." },
    "message-flow/how", "message-flow/where", "message-flow/consent", "message-flow/frequency", "message-flow/rates", "message-flow/stop", "message-flow/policies"
  ),
  "the message flow does not say where": bad(
    clinic,
    { messageFlow: "Patients agree to receive texts from Harbor Family Clinic. Message frequency varies. Message and data rates may apply. Reply STOP to opt out, HELP for help. We have a privacy policy and terms of service." },
    "message-flow/where"
  ),
  "the message flow names a website without its link": flowing((flow) => flow.replaceAll(/https:\S+/gu, "our website"), "message-flow/link"),
  "the message flow shows no words of consent": flowing((flow) => flow.replace(/I agree to receive/u, "We send"), "message-flow/consent"),
  "the message flow does not say how often": flowing((flow) => flow.replace("Message frequency varies, up to 4 messages per month. ", ""), "message-flow/frequency"),
  "the message flow does not say what it costs": flowing((flow) => flow.replace("Message and data rates may apply. ", ""), "message-flow/rates"),
  "the message flow does not say how to stop": flowing((flow) => flow.replace("Reply STOP to opt out, HELP for help.", "Reply HELP for help."), "message-flow/stop"),
  "the message flow leads to no policies": flowing((flow) => flow.replace(/ Privacy policy: .*$/u, ""), "message-flow/policies"),
  "people are enrolled without being asked": flowing((flow) => `${flow} Existing patients are automatically enrolled.`, "message-flow/forced"),
  "people must agree to be treated": flowing((flow) => `${flow} Patients must agree to receive texts before their first visit.`, "message-flow/forced"),
  "the box is ticked already": flowing((flow) => flow.replace("An optional checkbox, unticked, reads", "A checkbox, checked by default, reads"), "message-flow/preselected"),
  "the numbers are bought": flowing((flow) => `${flow} We also text numbers from purchased lists of families in the area.`, "message-flow/lists"),
  "consent is passed on": flowing((flow) => `${flow} We may pass numbers to our marketing partners.`, "privacy/sharing"),

  "a link is shortened": bad(courier, { messageSamples: ["Swift Parcel: Track your package at https://bit.ly/3xYz12 Reply STOP to stop.", second(courier)] }, "links/shortener"),
  "a link is shortened, without its scheme": bad(courier, { messageSamples: ["Swift Parcel: Track your package: TinyURL.com/abc12. Reply STOP to stop.", second(courier)] }, "links/shortener"),
  "the message flow holds a shortened link": bad(bakery, { messageFlow: `${bakery.messageFlow} The page is also at bit.ly/marlow.` }, "links/shortener"),
  "a link is not secure": bad(courier, { messageSamples: ["Swift Parcel: Track your package at http://swiftparcel.example.com/t/1 Reply STOP to stop.", second(courier)] }, "links/insecure"),
  "a link leads to an address of numbers": bad(courier, { messageSamples: ["Swift Parcel: Track your package at https://203.0.113.7/t/1 Reply STOP to stop.", second(courier)] }, "links/ip-address"),
  "links are not declared": bad(courier, { hasEmbeddedLinks: false }, "links/not-declared"),
  "a bare domain is not declared": saying(clinic, "Harbor Family Clinic: Your results are in. Sign in at harborclinic.com to see them.", "links/not-declared"),
  "links are declared and not shown": bad(clinic, { hasEmbeddedLinks: true }, "links/not-shown"),
  "a telephone number is not declared": bad(courier, { hasEmbeddedPhone: false }, "phones/not-declared"),
  "telephone numbers are declared and not shown": bad(clinic, { hasEmbeddedPhone: true }, "phones/not-shown"),

  "passcodes come with marketing": saying(bank, "Juniper Credit Union: Your code is 118822. Refinance your car today: limited time offer for members!", "use-case/promotion"),
  "customer care promotes": saying(support, "Northwind Appliances: Summer sale! Save up to 30% off all dryers, this week only.", "use-case/promotion"),
  "a delivery text promotes": saying(courier, "Swift Parcel: Your driver is near. Use code SHIP10 for a discount next time. Depot: (212) 555-0142.", "use-case/promotion"),
  "a campaign of codes has no codes": bad(bank, { messageSamples: ["Juniper Credit Union: Our branch on Main Street opens at nine. Reply STOP to opt out.", "Juniper Credit Union: Thank you for your visit today."] }, "use-case/samples"),
  "a campaign of deliveries is about dentists": bad(
    courier,
    { messageSamples: ["Swift Parcel: Your dentist can see you on Friday at noon. Reply STOP to stop. https://swiftparcel.example.com", "Swift Parcel: Please brush and floss daily. Questions: (212) 555-0142."] },
    "use-case/samples"
  ),
  "a campaign of polls asks nothing": bad(pollster, { messageSamples: ["Cedar County Library: The library closes at six today. Reply STOP to leave the panel.", "Cedar County Library: Two books on hold are ready for you at the desk."] }, "use-case/samples"),
  "a fraud alert is about the weather": bad(cardIssuer, { messageSamples: ["Juniper Credit Union: Snow is expected tonight, drive safely. Reply STOP to opt out.", "Juniper Credit Union: All branches stay closed on Monday."] }, "use-case/samples"),
  "the description promotes and the use case does not": bad(clinic, { description: `${clinic.description} It also sends discounts on whitening.` }, "use-case/description"),

  "it sells adult content": saying(salon, "Luna Salon: New adult content every night, see it after ten.", "content/sex"),
  "it spreads hate": saying(salon, "Luna Salon: Join the white power meeting on Sunday at noon.", "content/hate"),
  "it sells alcohol": saying(salon, "Luna Salon: Happy hour from five to seven, cocktails included.", "content/alcohol"),
  "it sells firearms": saying(salon, "Luna Salon: Ammunition and rifles are back in stock on Monday.", "content/firearms"),
  "it sells vapes": saying(salon, "Luna Salon: Fresh vape flavors have arrived, come in and try them.", "content/tobacco"),
  "it sells CBD": saying(salon, "Luna Salon: CBD oils and edibles are here for your evening.", "content/cannabis"),
  "it sells prescription drugs": saying(salon, "Luna Salon: Viagra shipped to you, no prescription needed.", "content/drugs"),
  "it offers payday loans": saying(salon, "Luna Salon: Payday loans up to $500 in an hour, no credit check.", "content/high-risk-loans", "content/direct-lending"),
  "it collects debts of others": saying(salon, "Luna Salon: Our collection agency holds your balance; debt settlement is possible.", "content/debt"),
  "it gives stock tips": saying(salon, "Luna Salon: Stock alerts and bitcoin news, each morning at nine.", "content/investments"),
  "it runs a casino": saying(salon, "Luna Salon: Don't miss our casino night, free spins for everyone.", "content/gambling"),
  "it makes people rich": saying(salon, "Luna Salon: Be your own boss and double your money with passive income.", "content/get-rich"),
  "it trades leads": bad(salon, { description: "Luna Salon sends people who looked for a loan to multiple lenders: they are matched with lenders in our network, who buy leads from us." }, "content/lead-generation", "content/direct-lending"),
  "it sends offers of affiliates": bad(salon, { description: `${salon.description} It also sends affiliate offers of other shops.` }, "content/affiliate"),
  "it phishes": saying(salon, "Luna Salon: Your account will be suspended. Verify your bank details today.", "content/phishing"),
  "it deceives": saying(salon, "Luna Salon: You have won a trip to Paris! Claim your prize by midnight.", "content/deceptive"),
  "it lends and does not say so": saying(salon, "Luna Salon: Your mortgage payment was received, thank you very much.", "content/direct-lending"),
  "it asks for a social security number": saying(salon, "Luna Salon: To confirm your booking please reply with your social security number.", "content/personal-data"),

  "STOP is no opt-out keyword": bad(salon, { optOutKeywords: ["LEAVE"] }, "keywords/stop"),
  "HELP is no help keyword": bad(salon, { helpKeywords: ["AID"] }, "keywords/help"),
  "a keyword opts in and out": bad(salon, { optInKeywords: ["start", "End"] }, "keywords/clash"),
  "keywords are sentences": bad(salon, { optInKeywords: ["START", "sign me up please"] }),
  "people opt in by a keyword that is not given": { campaign: without(bakery, "optInKeywords"), finds: ["keywords/opt-in"] },
  "nothing is answered to an opt-in": { campaign: without(salon, "optInMessage"), finds: ["replies/opt-in-missing"] },
  "the answer to an opt-in tells too little": bad(salon, { optInMessage: "Luna Salon: Welcome to our texts!" }, "replies/opt-in"),
  "the answer to STOP says goodbye only": bad(salon, { optOutMessage: "Goodbye." }, "replies/opt-out"),
  "the answer to HELP leads nowhere": bad(salon, { helpMessage: "Luna Salon: We are glad to be of service. Reply STOP to opt out." }, "replies/help"),

  "there is no privacy policy": { campaign: without(clinic, "privacyPolicy"), finds: ["privacy/missing"] },
  "the privacy policy shares numbers for marketing": bad(
    clinic,
    { privacyPolicy: "Harbor Family Clinic may share your phone number with affiliates. We share your information with third parties for their marketing purposes. We do not sell medical records." },
    "privacy/sharing", "privacy/promise"
  ),
  "the privacy policy promises nothing": bad(clinic, { privacyPolicy: "Harbor Family Clinic collects your mobile number to send reminders by text message. We keep it for two years." }, "privacy/promise"),
  "the privacy policy does not speak of texts": bad(clinic, { privacyPolicy: "Harbor Family Clinic uses cookies to count visits to this site. You can switch them off." }, "privacy/promise"),
  "there are no terms": { campaign: without(clinic, "terms"), finds: ["terms/missing"] },
  "the terms are of a shop and not of texts": bad(
    clinic,
    { terms: "These terms apply to all visits at Harbor Family Clinic. Please arrive ten minutes early. Missed visits cost $40." },
    "terms/stop", "terms/help", "terms/frequency", "terms/rates"
  ),
  "the terms are those of another brand": bad(clinic, { terms: "TextCo sends texts. Message frequency varies. Message and data rates may apply. Reply STOP to cancel or HELP for help." })
}

/** What is merely advised, by the rule. */
export const advised: Readonly<Record<string, Campaign>> = {
  "samples/brand-in-each": { ...clinic, messageSamples: [first(clinic), "Dr. Lee is running late today. Your visit now begins at [time]."] },
  "samples/template": { ...clinic, messageSamples: [first(clinic), "Harbor Family Clinic: Hello ${name}, your prescription is ready at the front desk."] },
  "message-flow/help": { ...clinic, messageFlow: clinic.messageFlow.replace("Reply STOP to opt out, HELP for help.", "Reply STOP to opt out.") },
  "message-flow/condition": { ...bakery, messageFlow: bakery.messageFlow.replace("consent is not a condition of purchase, ", "") },
  "content/shouting": { ...salon, messageSamples: [first(salon), "LUNA SALON: A CHAIR IS FREE TODAY AT FOUR, COME IN"] },
  "content/alcohol": {
    ...salon,
    messageFlow: `${salon.messageFlow} Before they sign up, people enter their full date of birth.`,
    messageSamples: [first(salon), "Luna Salon: Wine tasting with a manicure on Friday, for those of 21 or older."]
  },
  "use-case/no-promotion": { ...bakery, messageSamples: [`Marlow Bakery: We close at five today. Reply STOP to opt out.`, "Marlow Bakery: Our oven is out of order until Monday. https://marlowbakery.example.com"] },
  "use-case/special": { ...salon, useCase: "SOCIAL" },
  "keywords/shape": { ...salon, optInKeywords: ["START", "sign me up please"] },
  "privacy/texts": { ...clinic, privacyPolicy: "Harbor Family Clinic uses cookies to count visits to this site." },
  "terms/brand": { ...clinic, terms: "TextCo sends texts. Message frequency varies. Message and data rates may apply. Reply STOP to cancel or HELP for help." },
  "terms/liability": { ...clinic, terms: "Harbor Family Clinic sends texts. Message frequency varies. Message and data rates may apply. Reply STOP to cancel or HELP for help." }
}

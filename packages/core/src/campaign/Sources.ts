/** The published rules that findings cite. Codes are those that the provider's error dictionary gives to rejected campaigns, read in November 2026. */
import type { FindingSource } from "@parley/schema/Campaign"

const vetting = (code: number, title: string, reason: string): FindingSource => ({ name: `Campaign vetting rejection: ${title}`, code, reason })
const ctia = (section: string, reason: string): FindingSource => ({ name: `CTIA Messaging Principles and Best Practices (May 2023), ${section}`, code: null, reason })

export const sources = {
  lengths: { name: "The campaign registration API's limits", code: null, reason: "A submission whose fields are too long, too short or too few is refused before anyone reads it." },
  terms: vetting(30882, "Terms and Conditions", "Terms must describe the texting programme: its name, STOP, HELP, how often texts come, and that rates may apply. Affiliate marketing is not supported."),
  content: vetting(30883, "Content Violation", "SHAFT content (sex, hate, alcohol, firearms, tobacco and vape), marijuana and CBD are prohibited."),
  spam: vetting(30884, "Spam or Phishing", "Campaigns that look like known spam or phishing are rejected and may not be submitted again."),
  highRisk: vetting(30885, "High Risk", "Fraudulent or deceptive marketing is rejected and may not be submitted again."),
  description: vetting(30886, "Invalid Campaign Description", "The description must say who sends, who receives and why, name the registered brand, and match the use case and the samples."),
  optOut: vetting(30887, "Opt-out Error", "The opt-out must be clear: keywords, and a reply that acknowledges it, says that no more texts follow, and names the brand."),
  ageGate: vetting(30888, "Age Gate", "Age-restricted content needs a robust age gate where people opt in, with a full date of birth."),
  embeddedPhone: vetting(30889, "Embedded Phone Number", "When embedded phone numbers are declared, a sample must show one."),
  help: vetting(30890, "Subscriber Help", "The reply to HELP must hold the brand's name and a telephone number or e-mail address to turn to."),
  shortener: vetting(30892, "Public URL Shorteners", "Links from public shorteners, and links that are not secure, are not accepted."),
  sample: vetting(30893, "Inconsistency between Sample Message and Use Case", "Samples must be real, match the use case, put template fields in brackets, and at least one must hold the brand's name and the opt-out. Two at least are needed."),
  brand: vetting(30894, "Invalid Brand Information", "The campaign must belong to the brand that it names."),
  lending: vetting(30895, "Direct Lending", "Campaigns that involve loans must be declared as direct lending in the description."),
  optIn: vetting(30896, "Opt-in Error", "Every way of opting in must be described; consent must be explicit, freely given, and not shared with third parties."),
  disallowed: vetting(30897, "Disallowed Content", "Loan marketing, third-party debt collection, gambling, sweepstakes, stock alerts, cryptocurrency, risky investments, debt reduction, credit repair, third-party lead generation and federally illegal substances are not carried."),
  useCase: vetting(30900, "Ineligible Use Case", "Some use cases are open to some brands only, or are reviewed by carriers after submission."),
  privacy: vetting(30908, "Privacy Policy", "A privacy policy must be linked in the message flow and say that no mobile information is shared with third parties or affiliates for marketing."),
  callToAction: vetting(30909, "Call to Action Verification", "Reviewers must be able to see where and how people opt in: a public link, or a picture of what is not public."),
  preselected: vetting(30925, "Opt-in must be unchecked by default", "A consent box that is ticked already is not consent."),
  callToActionContent: ctia("5.1.1", "A call to action says what texts people will get, from whom, how often, that rates may apply, how to stop and get help, and where the privacy policy is."),
  consent: ctia("5.1.2", "Senders get the consumer's consent first; for marketing, express written consent."),
  confirmation: ctia("5.1.2.1", "The confirmation of a recurring programme names it and tells how to get help, how to opt out, how often texts come and what they cost."),
  stop: ctia("5.1.3", "Every consumer must be able to opt out at any time, and be told how."),
  lists: ctia("5.1.4", "Opt-in lists are not rented, sold or shared, and bought ones are not used."),
  links: ctia("5.3.2", "Links must not hide where they lead or who sends them."),
  phones: ctia("5.3.3", "A telephone number in a text must belong to the sender."),
  personalData: ctia("5.3.1", "Senders take care that texts do not deceive or defraud; sensitive data is not asked for by text.")
} as const satisfies Record<string, FindingSource>

export type SourceName = keyof typeof sources

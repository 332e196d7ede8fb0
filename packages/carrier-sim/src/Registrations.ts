/** Brands, campaigns and toll-free verifications: how their reviews go on, and what they mean for a number that sends. */
import { brandStatuses, tierOf, type Brand, type Refusal } from "./Brands.ts"
import { campaignStatuses, type Campaign } from "./Campaigns.ts"
import type { Delays } from "./CarrierOptions.ts"
import { InvalidControl } from "./InvalidControl.ts"
import type { MessagingService } from "./MessagingServices.ts"
import { isNorthAmerican, type OwnedNumber } from "./Numbers.ts"
import type { Deadline, SimClock } from "./SimClock.ts"
import { tollfreeStatuses, type TollfreeVerification } from "./TollfreeVerifications.ts"

export type Registration = Brand | Campaign | TollfreeVerification

/** What `POST /_sim/registrations/{sid}` decides. */
export interface Decision {
  readonly status?: string
  /** Why it was refused; Twilio's sentence for `code` where none is given. */
  readonly reason?: string
  readonly code?: number
  readonly fields?: ReadonlyArray<string>
  /** A brand's: 1 to 100, or null for one without. */
  readonly score?: number | null
  /** A brand's: segments in a Pacific day. */
  readonly dailyCap?: number
}

/** A code that ends a message for want of a registration. */
export type StandingCode = 30023 | 30032 | 30033 | 30034 | 30035

export interface Registrations {
  find(sid: string): Registration | undefined
  /** Newest first. */
  list(): ReadonlyArray<Registration>
  /** Takes one in, or in again after it was corrected, and begins its review. */
  submit(registration: Registration): void
  remove(registration: Registration): void
  /** Ends the review with what was decided. Fails with `InvalidControl`. */
  decide(sid: string, decision: Decision): Registration
  brandOf(accountSid: string, sid: string): Brand | undefined
  campaignOf(serviceSid: string): Campaign | undefined
  removeCampaignOf(serviceSid: string): void
  /** Why a text of the number to the US or Canada fails; counts it against its brand's day otherwise. */
  refuse(number: OwnedNumber, segments: number): StandingCode | undefined
  /** By the campaign's tier, unless the number was given its own. */
  segmentsPerSecond(number: OwnedNumber): number
  clear(): void
}

/** Scores of brands that nobody decided on. */
const usualScore = 80

const statuses = { brand: brandStatuses, campaign: campaignStatuses, toll_free: tollfreeStatuses } as const

/** Source: Twilio's error dictionary. */
const usualRefusals: Readonly<Record<Registration["kind"], Refusal>> = {
  brand: { code: 30796, reason: "The EIN/Tax ID does not match the legal company name.", fields: ["business_registration_number", "business_name"] },
  campaign: { code: 30909, reason: "Issues were found while reviewing how end users consent to receive messages.", fields: ["MESSAGE_FLOW"] },
  toll_free: { code: 30475, reason: "Consent for messaging is a requirement of service.", fields: [] }
}
const refused = new Set(["FAILED", "TWILIO_REJECTED"])

const registryId = (prefix: string, sid: string) => prefix + sid.slice(-7).toUpperCase()

/** `2026-11-24`: the day that daily caps count in. */
const pacificDay = (nowMillis: number): string => new Date(nowMillis).toLocaleDateString("en-CA", { timeZone: "America/Los_Angeles" })

export const makeRegistrations = (clock: SimClock, delays: Delays, serviceWith: (phoneNumber: string) => MessagingService | undefined): Registrations => {
  const all = new Map<string, Registration>()
  const reviews = new Map<string, Deadline>()
  const sentToday = new Map<string, { readonly day: string; segments: number }>()

  const find = <K extends Registration["kind"]>(kind: K, matches: (each: Extract<Registration, { readonly kind: K }>) => boolean) =>
    [...all.values()].find((each): each is Extract<Registration, { readonly kind: K }> => each.kind === kind && matches(each as Extract<Registration, { readonly kind: K }>))

  const campaignOf = (serviceSid: string) => find("campaign", (each) => each.serviceSid === serviceSid)

  const settle = (registration: Registration, decision: Decision) => {
    const { kind } = registration
    const status = decision.status ?? registration.status
    if (decision.status !== undefined) {
      const usual = usualRefusals[kind]
      registration.refusal = refused.has(status) ? { code: decision.code ?? usual.code, reason: decision.reason ?? usual.reason, fields: decision.fields ?? (decision.code === undefined ? usual.fields : []) } : null
    }
    registration.updatedAtMillis = clock.nowMillis()
    if (kind === "brand") {
      registration.status = status as Brand["status"]
      if (decision.dailyCap !== undefined) registration.dailyCap = decision.dailyCap
      if (decision.score !== undefined) registration.score = decision.score
      else if (status === "APPROVED" && registration.tcrId === null && !registration.skipAutomaticSecVet && registration.brandType === "STANDARD") registration.score ??= usualScore
      if (status === "APPROVED") registration.tcrId ??= registryId("B", registration.sid)
    } else if (kind === "campaign") {
      if (status === "VERIFIED" && registration.status !== "SUSPENDED") registration.verifiedAtMillis = registration.updatedAtMillis
      registration.status = status as Campaign["status"]
      if (status === "VERIFIED") registration.campaignId ??= registryId("C", registration.sid)
    } else registration.status = status as TollfreeVerification["status"]
  }

  const review = (registration: Registration, millis: number, status: string, next?: () => void) =>
    reviews.set(registration.sid, clock.after(millis, () => {
      reviews.delete(registration.sid)
      settle(registration, { status })
      next?.()
    }))

  const endReview = (sid: string) => {
    reviews.get(sid)?.cancel()
    reviews.delete(sid)
  }

  const standing = (number: OwnedNumber): StandingCode | undefined => {
    if (number.kind === "short_code" || !isNorthAmerican(number.country)) return undefined
    if (number.kind === "toll_free") {
      return number.registered || find("toll_free", (each) => each.numberSid === number.sid && each.status === "TWILIO_APPROVED") !== undefined ? undefined : 30032
    }
    const service = serviceWith(number.phoneNumber)
    const campaign = service === undefined ? undefined : campaignOf(service.sid)
    if (service !== undefined && campaign !== undefined) {
      const brand = find("brand", (each) => each.sid === campaign.brandSid)
      if (campaign.status === "SUSPENDED" || brand?.status === "SUSPENDED") return 30033
      if (campaign.status === "VERIFIED") {
        const since = Math.max(campaign.verifiedAtMillis ?? 0, service.senders.get(number.phoneNumber) ?? 0)
        return clock.nowMillis() < since + delays.configuringMillis ? 30035 : undefined
      }
    }
    return number.registered ? undefined : 30034
  }

  /** The brand and the tier of a number whose campaign is verified. */
  const tier = (number: OwnedNumber) => {
    const service = serviceWith(number.phoneNumber)
    const campaign = service === undefined || number.kind !== "long_code" ? undefined : campaignOf(service.sid)
    const brand = campaign?.status === "VERIFIED" ? find("brand", (each) => each.sid === campaign.brandSid) : undefined
    return brand === undefined || campaign === undefined ? undefined : { brand, ...tierOf(brand, campaign.useCase) }
  }

  return {
    find: (sid) => all.get(sid),
    list: () => [...all.values()].toReversed(),
    submit: (registration) => {
      all.set(registration.sid, registration)
      endReview(registration.sid)
      registration.updatedAtMillis = clock.nowMillis()
      if (registration.kind === "brand") review(registration, delays.reviewMillis, "APPROVED")
      else if (registration.kind === "campaign") review(registration, delays.reviewMillis, "VERIFIED")
      else review(registration, delays.reviewMillis / 2, "IN_REVIEW", () => review(registration, delays.reviewMillis / 2, "TWILIO_APPROVED"))
    },
    remove: (registration) => {
      endReview(registration.sid)
      all.delete(registration.sid)
    },
    decide: (sid, decision) => {
      const registration = all.get(sid)
      if (registration === undefined) throw new InvalidControl({ message: `There is no registration ${sid}; GET /_sim/registrations lists them.` })
      const known: ReadonlyArray<string> = statuses[registration.kind]
      if (decision.status !== undefined && !known.includes(decision.status)) throw new InvalidControl({ message: `A ${registration.kind} has no status "${decision.status}"; it has: ${known.join(", ")}.` })
      if (registration.kind !== "brand" && (decision.score !== undefined || decision.dailyCap !== undefined)) throw new InvalidControl({ message: `Only a brand has "score" and "dailyCap"; ${sid} is a ${registration.kind}.` })
      if (decision.status !== undefined) endReview(sid)
      settle(registration, decision)
      return registration
    },
    brandOf: (accountSid, sid) => find("brand", (each) => each.sid === sid && each.accountSid === accountSid),
    campaignOf,
    removeCampaignOf: (serviceSid) => {
      const campaign = campaignOf(serviceSid)
      if (campaign === undefined) return
      endReview(campaign.sid)
      all.delete(campaign.sid)
    },
    refuse: (number, segments) => {
      const code = standing(number)
      const its = code === undefined ? tier(number) : undefined
      if (its === undefined) return code
      const day = pacificDay(clock.nowMillis())
      const known = sentToday.get(its.brand.sid)
      const count = known?.day === day ? known : { day, segments: 0 }
      if (count.segments + segments > (its.brand.dailyCap ?? its.segmentsPerDay)) return 30023
      count.segments += segments
      sentToday.set(its.brand.sid, count)
      return undefined
    },
    segmentsPerSecond: (number) => (number.hasOwnRate ? undefined : tier(number)?.segmentsPerSecond) ?? number.segmentsPerSecond,
    clear: () => {
      all.clear()
      reviews.clear()
      sentToday.clear()
    }
  }
}

/** How fast a sender may be taken to be, while nobody says it better. */
import { Option } from "effect"
import type { Country } from "@parley/schema/Country"
import type { Registration, SenderType } from "@parley/schema/Sender"
import { type AvailabilityTable, publishedSegmentsPerSecond } from "./Availability.ts"

// Segments a second. Source: the carrier's table of throughput by sender.
const unregistered = 1
const usual: Readonly<Record<SenderType, number>> = { long_code: 10, mobile: 10, toll_free: 3, short_code: 100 }

/** US and Canadian long codes have the published pace once their registration is approved, and one segment a second before. */
export const usualSegmentsPerSecond = (table: AvailabilityTable, country: Country, type: SenderType, registration: Registration): number => {
  const isLong = type === "long_code" || type === "mobile"
  return isLong && (country === "US" || country === "CA") && registration !== "approved"
    ? unregistered
    : Option.getOrElse(publishedSegmentsPerSecond(table, country, type), () => usual[type])
}

/** What a number's registration is before anybody has registered it. */
export const initialRegistration = (country: Country): Registration => country === "US" || country === "CA" ? "unregistered" : "not_required"

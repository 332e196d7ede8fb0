/** Invented places behind area codes: what an inbound webhook and a number search tell of a North American number. */

export interface Place {
  readonly city: string
  readonly state: string
  readonly zip: string
}

const nowhere: Place = { city: "", state: "", zip: "" }

/** A few area codes of the US and Canada, with their main city. */
export const places: Readonly<Record<string, Place & { readonly country: "US" | "CA" }>> = {
  "206": { city: "SEATTLE", state: "WA", zip: "98101", country: "US" },
  "212": { city: "NEW YORK", state: "NY", zip: "10001", country: "US" },
  "303": { city: "DENVER", state: "CO", zip: "80202", country: "US" },
  "305": { city: "MIAMI", state: "FL", zip: "33101", country: "US" },
  "312": { city: "CHICAGO", state: "IL", zip: "60601", country: "US" },
  "415": { city: "SAN FRANCISCO", state: "CA", zip: "94102", country: "US" },
  "512": { city: "AUSTIN", state: "TX", zip: "78701", country: "US" },
  "617": { city: "BOSTON", state: "MA", zip: "02108", country: "US" },
  "702": { city: "LAS VEGAS", state: "NV", zip: "89101", country: "US" },
  "919": { city: "RALEIGH", state: "NC", zip: "27601", country: "US" },
  "416": { city: "TORONTO", state: "ON", zip: "", country: "CA" },
  "514": { city: "MONTREAL", state: "QC", zip: "", country: "CA" },
  "604": { city: "VANCOUVER", state: "BC", zip: "", country: "CA" }
}

export const regionOf = (number: string): Place => places[/^\+1(\d{3})\d{7}$/u.exec(number)?.[1] ?? ""] ?? nowhere

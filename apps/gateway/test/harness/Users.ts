/** Handsets that no other test texts from. */
let users = 0

/** A number of a user whom the gateway has not met. */
export const newUser = (): string => `+1415557${String(++users).padStart(4, "0")}`

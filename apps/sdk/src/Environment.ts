/** Where a conversation takes place. */
export type Environment = "dev" | "sandbox" | "pre-release" | "live"

/** Where the process is killed. Each is a place between two writes that the outside can tell apart, named after what has just not happened. */

export const boundaries = {
  "before-commit": "a transaction is written, its COMMIT is not",
  "after-commit": "a COMMIT is durable, nobody has been told: no answer, no wake-up",
  "before-carrier": "a text is claimed, the carrier has not been called",
  "during-carrier": "the create call is written to the socket, its answer is still to come",
  "after-carrier": "the carrier has accepted, and its answer is not read",
  "before-outcome": "the answer is read, its record is not committed",
  "after-outcome": "the record of the outcome is committed, and nothing else has happened",
  "after-question": "the carrier has listed what it has, and the conclusion is not committed",
  "before-timer": "the sweep has written a warning, a close or an expiry, and has not committed it",
  "after-timer": "that is committed, and the line is not woken",
  "during-agent": "the agent is thinking",
  "after-agent": "the agent has answered, and its answer is not read",
  "before-answer": "the answer is written, and not committed",
  "migration": "the first start is in the middle of making the tables",
  "random": "at any moment, from before the start is over"
} as const

export type Boundary = keyof typeof boundaries

export const allBoundaries = Object.keys(boundaries) as ReadonlyArray<Boundary>

/** The nth passing of a boundary is drawn from 1 to this: what one life of some seconds sees, also on a busy machine. */
export const passings: Readonly<Record<Boundary, number>> = {
  "before-commit": 30,
  "after-commit": 30,
  "before-carrier": 12,
  "during-carrier": 12,
  "after-carrier": 12,
  "before-outcome": 12,
  "after-outcome": 12,
  "after-question": 2,
  "before-timer": 3,
  "after-timer": 3,
  "during-agent": 4,
  "after-agent": 4,
  "before-answer": 4,
  "migration": 30,
  "random": 1
}

/** Time as a part sees it. Passed in wherever a rule depends on time, so that a test can hold it. */
export type Clock = { now(): Date }

export const systemClock: Clock = { now: () => new Date() }

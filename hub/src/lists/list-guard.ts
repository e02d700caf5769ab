export type GuardedCounts = {
  /** Values of the version that is looked at. */
  count: number
  /** Values of what is served; undefined while nothing is. */
  servedCount: number | undefined
  valuesMax: number | null
  shrinkPercentMax: number
}

/** Why a version is held back until a person lets it go (D27); undefined where it may be served. */
export function whyHeldBack({ count, servedCount, valuesMax, shrinkPercentMax }: GuardedCounts): string | undefined {
  if (valuesMax !== null && count > valuesMax)
    return `It has ${count} values, more than the ${valuesMax} that the firewall takes.`
  if (count === 0 && servedCount === undefined) return 'It has no values yet.'
  if (servedCount === undefined || servedCount <= count) return undefined
  if (count === 0) return `It has no values left; ${servedCount} are served.`
  // In whole numbers: a list of 200 may go down to exactly 100 where 50 percent are permitted.
  if ((servedCount - count) * 100 <= servedCount * shrinkPercentMax) return undefined
  return `It has ${count} values, ${servedCount} are served: that is a fall by more than ${shrinkPercentMax} percent.`
}

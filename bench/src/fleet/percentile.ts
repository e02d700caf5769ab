/** The figure that 95 of 100 do not exceed. */
export function percentile95(figures: readonly number[]): number {
  const sorted = figures.toSorted((left, right) => left - right)
  const figure = sorted[Math.ceil(sorted.length * 0.95) - 1]
  if (figure === undefined) throw new Error('There is no percentile of no figures.')
  return figure
}

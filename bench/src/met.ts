/**
 * What a figure must reach: `≥ 0.65` or `≤ 0.6` of a ratio, `≤ +5 ms` of a difference, `≤ 60 MB` or `< 5 ms` of our own median. A goal
 * without a unit is one of a ratio.
 */
export type Goal = `${'≥' | '≤' | '<'} ${'' | '+'}${number}${'' | ` ${string}`}`

/** What decides over a row; of an absolute row the figure is `ours`. */
export type Judged = {
  kind: 'comparison' | 'difference' | 'absolute'
  unit: string
  ours: number
  ratio?: number | undefined
  difference?: number | undefined
  goal: string
  bound?: string | undefined
}

const goalForm = /^(?<direction>[≥≤<]) (?<sign>\+?)(?<limit>\d+(\.\d+)?)( (?<unit>\S+))?$/

/** The one place that decides whether a row is met, on figures that nobody rounded. @throws Error as `isMet` does */
export function isRowMet({ kind, unit, ours, ratio, difference, goal, bound }: Judged): boolean {
  if (kind === 'absolute') return isMet(ours, goal, unit)
  if (kind === 'difference') return isMet(difference, goal, unit)
  // Both are judged, so that neither can be of a wrong form.
  const isBoundKept = bound === undefined || isMet(ours, bound, unit)
  return isMet(ratio, goal) && isBoundKept
}

/**
 * @param unit of the figure; a ratio has none
 * @throws Error if the goal is not of the form above, is one of another unit, or the figure is no number
 */
export function isMet(figure: number | undefined, goal: string, unit?: string): boolean {
  const { direction, limit, unit: asked } = goalForm.exec(goal)?.groups ?? {}
  if (limit === undefined)
    throw new Error(`A goal is "≥ NUMBER", "≤ NUMBER" or "< NUMBER" with its unit, and this is "${goal}".`)
  if (asked !== unit) throw new Error(`"${goal}" is no goal of a figure ${unit ? `in ${unit}` : 'without a unit'}.`)
  if (figure === undefined || !Number.isFinite(figure)) throw new Error(`${figure} meets no goal; ${goal} is asked.`)
  if (direction === '≥') return figure >= Number(limit)
  return direction === '<' ? figure < Number(limit) : figure <= Number(limit)
}

/** What a row's figure must reach: `≥ 0.65`, `≤ 0.6`. Of a comparison the figure is the ratio, of an absolute row our own. */
export type Goal = `${'≥' | '≤'} ${number}`

const goalForm = /^(?<direction>[≥≤]) (?<bound>\d+(\.\d+)?)$/

/** The one place that decides whether a goal is met. @throws Error if the goal is not of the form above or the figure no number */
export function isMet(figure: number, goal: string): boolean {
  const { direction, bound } = goalForm.exec(goal)?.groups ?? {}
  if (bound === undefined) throw new Error(`A goal is "≥ NUMBER" or "≤ NUMBER", and this is "${goal}".`)
  if (!Number.isFinite(figure)) throw new Error(`${figure} meets no goal; ${goal} is asked.`)
  return direction === '≥' ? figure >= Number(bound) : figure <= Number(bound)
}

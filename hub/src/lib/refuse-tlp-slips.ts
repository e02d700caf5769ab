import { tlpSlip } from '@postern/intel'
import { Problem } from './problem.ts'

/**
 * What others send keeps a slip in a level of TLP, and is handled as RED; a person is told where the slip is made.
 * @param before labels that stand there already: a feed's slip keeps nobody from changing something else
 * @throws Problem `invalid`
 */
export function refuseTlpSlips(labels: readonly string[] = [], before: readonly string[] = []): void {
  for (const label of labels) {
    const slip = before.includes(label.trim()) ? undefined : tlpSlip(label)
    if (slip !== undefined) throw new Problem('invalid', `securityLabels: ${slip}`)
  }
}

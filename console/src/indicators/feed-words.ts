import type { Assertion } from '@postern/protocol'
import { plainText } from '../format/text-pieces.ts'

type Origins = Pick<Assertion, 'addedBy' | 'modifiedBy'>

/** What becomes of a person's change when a feed of the owner says its own word again. */
export function feedEditedWords(origins: Origins): string {
  return `${feedWords(origins)} that has this value replaces what you save here, in what it names. To fix values whatever owners say, decide over all of them.`
}

/** The same of a removal. */
export function feedRemovedWords(origins: Origins): string {
  return `${feedWords(origins)} that has this value brings it in again. To keep it out, put it on an exclusion list.`
}

/** Who has brought it before, if that was a job. */
function feedWords({ addedBy, modifiedBy }: Origins): string {
  const jobName = (modifiedBy?.execution ?? addedBy?.execution)?.jobName
  return jobName === undefined
    ? 'The next batch of a feed or a script of this owner'
    : `The next batch of the job ${plainText(jobName)}`
}

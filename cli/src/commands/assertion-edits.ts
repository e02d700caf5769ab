import type { StatedAssertion, WriteAssertion } from '@postern/protocol'
import { type ListEdits, listEditsOf } from './list-edits.ts'
import { named, readInstantOrNone, readNumberOrNone, readYesOrNo } from './stated-options.ts'

/** What `postern indicators set` is told to change; what is not named stays. */
export type AssertionEdits = ListEdits & {
  rating?: string
  confidence?: string
  status?: string
  active?: string
  firstSeen?: string
  lastSeen?: string
  expires?: string
}

/** Reads the options once, before anything is changed. @throws Error that names the option */
export function editsOf(options: AssertionEdits): (before: StatedAssertion) => WriteAssertion {
  const values = {
    ...named('rating', readNumberOrNone('--rating', options.rating)),
    ...named('confidence', readNumberOrNone('--confidence', options.confidence)),
    ...named('status', options.status),
    ...named('active', readYesOrNo('--active', options.active)),
    ...named('firstSeen', readInstantOrNone('--first-seen', options.firstSeen)),
    ...named('lastSeen', readInstantOrNone('--last-seen', options.lastSeen)),
    ...named('expiresAt', readInstantOrNone('--expires', options.expires)),
  }
  const lists = listEditsOf(options)
  if (Object.keys(values).length === 0 && lists === undefined)
    throw new Error('Say what to change: --rating, --confidence, --tag … are listed by --help.')
  return (before) => ({
    ...before,
    // The hub knows which statuses there are.
    ...(values as Partial<WriteAssertion>),
    ...lists?.(before),
  })
}

import * as z from 'zod'

import { AedDialect } from './dialect.ts'

/** Named ways to speak, for rehearsals and tests. Several may be given; a later one wins where they disagree. */
export const aedDialects = {
  /** Our best reading of what is public. */
  default: {},
  /** The other value of all that a tolerant connector must live with at once. */
  quirky: {
    discoveryPath: '/taxii2/',
    apiRoot: '/taxii2/feeds/',
    canRead: false,
    pendingPolls: 3,
    statusLists: 'counts',
    maxContentLengthBytes: 256 * 1024,
    unsupportedObjects: 'ignored',
    revokedListed: true,
    objectShape: 'summary',
    collectionKeys: 'id-name',
    alertSeverity: 'text',
    alertTimes: 'iso',
    alertFilters: 'ignored',
    keywords: 'ignored',
    badToken: '400',
    errorShape: 'message',
  },
  /** The STIX client may only write. */
  'write-only': { canRead: false },
  /** Revoking is the only way to remove. */
  'no-delete': { deleteById: 'unsupported', clear: 'unsupported' },
  /** Revoking has no effect; deleting is the way. */
  'no-revoke': { revoke: 'ignored' },
  /** Nothing that is public removes an object. */
  'no-removal': { revoke: 'ignored', deleteById: 'unsupported', clear: 'unsupported' },
  /** As STIX 2.0 has it: a revoked id never comes back. */
  'revoked-for-good': { afterRevoke: 'refused' },
  /** The most dangerous reading: a DELETE with a body is a DELETE of everything. */
  'delete-clears': { deleteById: 'clears-all' },
  'slow-status': { pendingPolls: 5 },
  'small-bodies': { maxContentLengthBytes: 16 * 1024 },
  'text-alerts': { alertSeverity: 'text', alertTimes: 'iso' },
  /** An appliance from before the renaming of the REST interface. */
  older: { apiVersions: 'v2', badToken: 'login-redirect', errorShape: 'html' },
} satisfies Record<string, z.input<typeof AedDialect>>

/**
 * Puts dialects together, left to right: names of the table above, or single settings as `key=value`.
 * @throws Error naming what is not known and what is.
 */
export function readDialect(words: readonly string[], settings: z.input<typeof AedDialect> = {}): AedDialect {
  const merged: Record<string, unknown> = {}
  for (const word of words) Object.assign(merged, readWord(word))
  const dialect = AedDialect.safeParse({ ...merged, ...settings })
  if (!dialect.success) throw new Error(`the dialect is not understood:\n${z.prettifyError(dialect.error)}`)
  return dialect.data
}

function readWord(word: string): Record<string, unknown> {
  const [key = '', value] = word.split('=', 2)
  if (value !== undefined) return { [key]: readValue(value) }
  const named = Object.entries(aedDialects).find(([name]) => name === word)
  if (named !== undefined) return named[1]
  throw new Error(
    `no dialect is called ${word}; there are ${Object.keys(aedDialects).join(', ')}, and settings as key=value`,
  )
}

function readValue(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  // badToken is the one setting whose words look like numbers.
  if (/^\d+$/.test(text) && text !== '400' && text !== '401') return Number(text)
  return text
}

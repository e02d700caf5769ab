import { createHash } from 'node:crypto'
import * as z from 'zod'
import { Problem } from '../lib/problem.ts'

/** Of a route that replaces what somebody read before (RFC 9110, 13.1.1). Without it nothing is compared. */
export const ifMatchHeaders = z.object({
  'if-match': z
    .string()
    .max(1000)
    .optional()
    .describe('The ETag of what you read: what others changed since is not replaced, and the answer is 412'),
})

/** What stands at an address, told apart from what stood there before: the same content has the same tag. */
export function contentTag(content: unknown): string {
  return `"${createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 32)}"`
}

/**
 * @param ifMatch as the caller sent it, if at all
 * @param tag of what stands there now, read under the lock of the change
 * @param what as the object of "somebody changed", in the plural
 * @throws Problem `outdated` where it is not what the caller read
 */
export function requireMatch(ifMatch: string | undefined, tag: string, what: string): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return
  // A proxy that packs answers makes their tags weak; ours name the content, however it came.
  if (ifMatch.split(',').some((each) => each.trim().replace(/^W\//, '') === tag)) return
  throw new Problem(
    'outdated',
    `Nothing was changed: somebody changed ${what} after you read them. Read them again, and send your change with the ETag that they have now.`,
  )
}

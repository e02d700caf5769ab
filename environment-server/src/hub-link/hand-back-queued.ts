import type { HeldAttempt } from '@postern/protocol'
import { EndRequest } from '../executor/end-request.ts'
import { endedInQueue } from '../executor/executor.ts'
import type { Journal } from '../journal/journal.ts'
import type { Keychain } from '../keychain/keychain.ts'

/** Of a server that enrolled anew, at this start or at one that crashed: the secrets of what is queued are sealed for the key before. */
export function handBackOnceEnrolledAnew(journal: Journal, keychain: Keychain): void {
  if (keychain.content.mustHandBack !== true) return
  handBackQueued(journal, 'The environment server was enrolled anew.')
  keychain.update({ mustHandBack: undefined })
}

/**
 * Ends what was queued here before this server became another (D37): its commands were for who it was. None of it ever started, so others
 * may have it. Returns how many attempts that were.
 */
export function handBackQueued(journal: Journal, why: string): number {
  const queued: HeldAttempt[] = journal.held().filter(({ state }) => state === 'queued')
  for (const attempt of queued) journal.finish(attempt, endedInQueue(new EndRequest('lease-lost', why)))
  return queued.length
}

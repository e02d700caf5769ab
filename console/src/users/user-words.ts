import type { Role, User } from '@postern/protocol'
import type { ExplainedFace } from '../elements/state-badge.tsx'

/** What each role may do, from most to least (D22). */
export const roleWords: Record<Role, string> = {
  administrator: 'Administrator: all of it, and the hub itself',
  'organization-administrator': 'Organization administrator: jobs, environments, owners, readers',
  analyst: 'Analyst: indicators, collections, running jobs, plans',
  'read-only': 'Read only',
}

/** How an account stands. */
export function userFaceOf({ disabledAt, isInvited }: User): ExplainedFace {
  if (disabledAt !== null)
    return {
      tone: 'open',
      icon: 'barred',
      word: 'Disabled',
      meaning: 'Nobody signs in with it; its sessions and tokens are ended',
    }
  return isInvited
    ? { tone: 'busy', icon: 'clock', word: 'Invited', meaning: 'No password was chosen yet' }
    : { tone: 'good', icon: 'tick', word: 'Active', meaning: 'Its person can sign in' }
}

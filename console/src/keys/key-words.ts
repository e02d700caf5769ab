import type { HubKey, RotatedPurpose } from '@postern/protocol'
import type { ExplainedFace } from '../elements/state-badge.tsx'
import { formatUtc } from '../format/instants.ts'

/** What the keys of a purpose sign, as a title and within a sentence. */
export const purposeWords: Record<RotatedPurpose, { title: string; signs: string; about: string }> = {
  command: { title: 'Commands', signs: 'commands', about: 'What environment servers are told to do' },
  publisher: { title: 'Packages', signs: 'packages', about: 'The apps that environment servers run' },
  release: {
    title: 'Server files',
    signs: 'server files',
    about: 'The programs of environment servers, as they are upgraded',
  },
}

/** How a key stands. */
export function keyFaceOf({ endsAt, revokedAt }: Pick<HubKey, 'endsAt' | 'revokedAt'>, nowMs: number): ExplainedFace {
  if (revokedAt !== null)
    return { tone: 'bad', icon: 'barred', word: 'Revoked', meaning: 'It counts for nothing: others may have it' }
  if (endsAt === null) return { tone: 'good', icon: 'tick', word: 'Signs', meaning: 'The one in use' }
  return Date.parse(endsAt) > nowMs
    ? {
        tone: 'busy',
        icon: 'clock',
        word: 'Counts on',
        meaning: 'Another one signs, and what it signed is still taken',
      }
    : { tone: 'open', icon: 'barred', word: 'Ended', meaning: 'Another one took its place' }
}

/** Whether there is anything left of it to revoke. */
export function canBeRevoked({ endsAt, revokedAt }: Pick<HubKey, 'endsAt' | 'revokedAt'>, nowMs: number): boolean {
  return revokedAt === null && (endsAt === null || Date.parse(endsAt) > nowMs)
}

/** How servers that lack the key in use come to trust it: by themselves, or by somebody who goes there. */
export function cureOf(
  { learntUntil, fingerprint }: Pick<HubKey, 'learntUntil' | 'fingerprint'>,
  nowMs: number,
): { words: string; fingerprint?: string } {
  if (learntUntil !== null && Date.parse(learntUntil) > nowMs)
    return { words: `They learn it by themselves if they connect until ${formatUtc(learntUntil)} UTC.` }
  return { words: 'They have missed it, and the word of the key before has ended.', fingerprint }
}

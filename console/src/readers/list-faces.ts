import type { FirewallList } from '@postern/protocol'
import type { ExplainedFace } from '../elements/state-badge.tsx'

/** How a list stands: a version that is held back is what a person has to look at. */
export function listFaceOf({ held, servedVersion }: FirewallList): ExplainedFace {
  if (held !== null)
    return {
      tone: 'notice',
      icon: 'pause',
      word: 'Held back',
      meaning: `Version ${held.version} waits: ${held.reason}`,
    }
  return servedVersion === 0
    ? { tone: 'busy', icon: 'clock', word: 'Waiting', meaning: 'Its data collection has no version yet' }
    : { tone: 'good', icon: 'tick', word: 'Served', meaning: 'The newest version that passed its guard is served' }
}

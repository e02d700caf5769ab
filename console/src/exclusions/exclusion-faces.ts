import type { ExclusionList } from '@postern/protocol'
import type { ExplainedFace } from '../elements/state-badge.tsx'

/** What a list does now. */
export function exclusionFaceOf({ isEnabled, mode, kind }: ExclusionList): ExplainedFace {
  if (!isEnabled)
    return { tone: 'open', icon: 'pause', word: 'Off', meaning: 'It judges nothing until it is switched on' }
  if (kind === 'protected')
    return {
      tone: 'good',
      icon: 'barred',
      word: 'Protects',
      meaning: 'What it holds is never exported, whatever else is said',
    }
  return mode === 'block'
    ? { tone: 'busy', icon: 'barred', word: 'Blocks', meaning: 'What it hits is kept out where it applies' }
    : { tone: 'notice', icon: 'unseen', word: 'Informs', meaning: 'What it hits is marked, and nothing is kept out' }
}

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

export const exclusionKindWords: Record<ExclusionList['kind'], string> = {
  own: 'One’s own',
  protected: 'Protected assets',
  misp: 'Warning list of MISP',
}

/** Where a list applies, in a few words. */
export function whereWords({ atImport, atExport, kind }: ExclusionList): string {
  if (kind === 'protected' && !atImport) return 'At export, always'
  if (atImport && atExport) return 'At import and export'
  if (atImport) return 'At import'
  return atExport ? 'At export' : 'Nowhere'
}

export const matchingWords: Record<ExclusionList['matching'], string> = {
  value: 'Exactly, * as a wildcard, a leading dot for a domain and all below it, networks both ways',
  string: 'Exactly',
  substring: 'Anywhere in the value',
  hostname: 'The host and everything below it',
  cidr: 'Networks and all in them',
  regex: 'Expressions of linear time',
}

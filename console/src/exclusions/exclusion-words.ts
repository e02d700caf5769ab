import type { ExclusionList } from '@postern/protocol'

export const exclusionKindWords: Record<ExclusionList['kind'], string> = {
  own: 'Own list',
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

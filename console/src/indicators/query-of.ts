import { parseTql } from '@postern/intel'
import { quoted } from './quick-filters.ts'

/**
 * What the box means: a query as it stands; or values that somebody pasted, one or many, in any spelling that the hub reads
 * (defanged, upper case), as the query that finds them. Anything else stays as it is, so that the hub can say what is wrong.
 */
export function queryOf(text: string): string {
  const trimmed = text.trim()
  if (trimmed === '' || parseTql(trimmed, 'indicator').ok) return trimmed
  const words = trimmed.split(/[\s,;]+/).filter((word) => word !== '')
  if (!words.every(looksLikeValue)) return trimmed
  const values = words.map(quoted)
  return values.length === 1 ? `summary = ${values.join('')}` : `summary in (${values.join(', ')})`
}

/** An address, a host, a URL, a mail address, a network, a hash or an AS number; never what could be a part of a query. */
function looksLikeValue(word: string): boolean {
  if (/["'()<>]/.test(word.replaceAll(/\((?:\.|dot|at|@|:)\)/gi, ''))) return false
  return /^[0-9a-f]{32,128}$/i.test(word) || /^as\d+$/i.test(word) || /[^\s][.:@/\]][^\s]/.test(word)
}

export type TqlWordKind = 'text' | 'number' | 'joiner' | 'operator' | 'keyword'

export interface TqlWord {
  from: number
  to: number
  kind: TqlWordKind
}

const word = /"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|`(?:[^`\\]|\\.)*`?|-?\d+(?:\.\d+)?\b|[A-Za-z_]\w*|[<>!=]+/g
const joiners = new Set(['and', 'or', 'not'])
const operators = new Set([
  'in',
  'like',
  'contains',
  'startswith',
  'endswith',
  'geq',
  'leq',
  'gt',
  'lt',
  'eq',
  'ne',
  'neq',
])
const quotes = new Set(['"', "'", '`'])

/** The words of a query for colouring it, whether it is whole or not; what they mean the parser says. */
export function tqlWords(text: string): TqlWord[] {
  return [...text.matchAll(word)].map(([found], index, all) => ({
    from: all[index]?.index ?? 0,
    to: (all[index]?.index ?? 0) + found.length,
    kind: kindOf(found),
  }))
}

function kindOf(found: string): TqlWordKind {
  const first = found.charAt(0)
  if (quotes.has(first)) return 'text'
  if (/^-?\d/.test(found)) return 'number'
  if (/^[<>!=]/.test(found)) return 'operator'
  const lower = found.toLowerCase()
  if (joiners.has(lower)) return 'joiner'
  if (operators.has(lower)) return 'operator'
  return lower === 'true' || lower === 'false' ? 'number' : 'keyword'
}

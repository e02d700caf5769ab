import { parseTql, type TqlObject } from '@postern/intel'

/** What is wrong with a query, in words, and where: offsets in UTF-16 units; `from` = `to` where something is missing. */
export interface TqlMistake {
  from: number
  to: number
  message: string
  /** Something is missing at the end: whoever is still writing has not made a mistake. */
  isAtEnd: boolean
}

export function tqlMistake(text: string, object: TqlObject = 'indicator'): TqlMistake | undefined {
  if (text.trim() === '') return undefined
  const parsed = parseTql(text, object)
  if (parsed.ok) return undefined
  return mistakeAt(text, parsed.position, parsed.message)
}

/** @param position where the mistake begins, as the parser or the hub says it */
export function mistakeAt(text: string, position: number, message: string): TqlMistake {
  const from = Math.min(Math.max(position, 0), text.length)
  const rest = /^(?:\w+|"[^"]*"?|[^\w\s]+)/.exec(text.slice(from))?.[0].length ?? 0
  return { from, to: from + rest, message, isAtEnd: text.slice(from).trim() === '' }
}

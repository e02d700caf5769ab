import type { TqlObject, TqlOperator } from './tql-expression.ts'
import { findTqlKeyword, foldKeyword, tqlKeywordTables } from './tql-keywords.ts'
import type { TqlKeyword } from './tql-keywords.ts'
import { TqlLexer } from './tql-lexer.ts'
import type { TqlToken } from './tql-lexer.ts'
import { tqlTextLengthMax } from './tql-limits.ts'
import { negatedOperators, operatorsOfKind, tqlJoiners, tqlOperators } from './tql-operators.ts'
import { TqlSyntaxError } from './tql-syntax-error.ts'

/** What fits at one place of a query. */
export interface TqlCompletion {
  /** What is replaced by an option: offsets in UTF-16 units, from 0; empty (`from` = `to`) where nothing is written yet. */
  readonly from: number
  readonly to: number
  /** The best first; those that begin with what is written before those that hold it. At most 200. */
  readonly options: readonly TqlOption[]
  /** Set where names that the library keeps fit: `GET /v1/tql/suggestions` with these gives them. */
  readonly names?: { readonly object: TqlObject; readonly keyword: string; readonly start: string }
}

export interface TqlOption {
  /** What to write in place of `from` to `to`; values come with their quotes. */
  readonly text: string
  readonly kind: 'keyword' | 'operator' | 'joiner' | 'value' | 'symbol'
  /** For people; empty where the text says it all. */
  readonly description: string
}

/**
 * What may stand at `position` of a query about `object`: keywords, operators, the values that there are, or which names of the
 * library to ask for. Looks at the text before `position`, and replaces the rest of the word there. Never throws; no options
 * where the query is wrong before the place, or where anything may be written.
 */
export function completeTql(text: string, position: number, object: TqlObject = 'indicator'): TqlCompletion {
  const at = Math.max(0, Math.min(position, text.length))
  if (at > tqlTextLengthMax) return { from: at, to: at, options: [] }
  const { tokens, partial } = tokensBefore(text.slice(0, at))
  const place = walk(tokens, object)
  const from = partial?.position ?? at
  const to = at + restOfWord(text.slice(at, at + restLengthMax), partial)
  if (place === undefined) return { from, to, options: [] }
  const start = partial?.text ?? ''
  const options = fitting(optionsAt(place, partial?.kind === 'string' ? partial.quote : '"'), start)
  const names = namesAt(place, start)
  return names === undefined ? { from, to, options } : { from, to, options, names }
}

/** Quotes text as a value of a query. */
export function quoteTql(text: string, quote = '"'): string {
  return `${quote}${text.replace(/["'`\\]/g, (each) => (each === quote || each === '\\' ? `\\${each}` : each))}${quote}`
}

type Partial = { kind: 'word' | 'number' | 'string'; text: string; position: number; quote: string }

/** The tokens that are whole, and the one that the place stands in or directly behind. */
function tokensBefore(text: string): { tokens: TqlToken[]; partial: Partial | undefined } {
  const tokens: TqlToken[] = []
  const lexer = new TqlLexer(text)
  try {
    for (let token = lexer.next(); token.kind !== 'end'; token = lexer.next()) tokens.push(token)
  } catch (error) {
    if (!(error instanceof TqlSyntaxError)) throw error
    const quote = text.charAt(error.position)
    if (!quotes.has(quote)) return { tokens: [...tokens, nonsense(error.position)], partial: undefined }
    const written = text.slice(error.position + 1).replace(/\\(["'`\\])/g, '$1')
    return { tokens, partial: { kind: 'string', text: written, position: error.position, quote } }
  }
  const last = tokens.at(-1)
  if (last === undefined || (last.kind !== 'word' && last.kind !== 'number')) return { tokens, partial: undefined }
  if (last.position + last.text.length !== text.length) return { tokens, partial: undefined }
  return { tokens: tokens.slice(0, -1), partial: { ...last, kind: last.kind, quote: '"' } }
}

const nonsense = (position: number): TqlToken => ({ kind: 'symbol', text: '', position })

/** What is expected behind the tokens; the word behind a place belongs to it. */
type Place =
  | { readonly wants: 'operand'; readonly object: TqlObject }
  | { readonly wants: 'operator' | 'negated'; readonly object: TqlObject; readonly keyword: Known }
  | { readonly wants: 'inside' | 'list'; readonly object: TqlObject; readonly keyword: Known }
  | {
      readonly wants: 'value' | 'item'
      readonly object: TqlObject
      readonly keyword: Known
      readonly operator: TqlOperator
    }
  | { readonly wants: 'next item'; readonly object: TqlObject; readonly keyword: Known }
  | { readonly wants: 'joiner'; readonly object: TqlObject; readonly isNested: boolean }

type Known = TqlKeyword & { readonly name: string }

/** @returns undefined where the query is wrong before its end */
function walk(tokens: readonly TqlToken[], object: TqlObject): Place | undefined {
  const outer: TqlObject[] = []
  let place: Place | undefined = { wants: 'operand', object }
  for (const token of tokens) {
    place = step(place, token, outer)
    if (place === undefined) return undefined
  }
  return place
}

function step(place: Place, token: TqlToken, outer: TqlObject[]): Place | undefined {
  const { object } = place
  const word = token.kind === 'word' ? foldKeyword(token.text) : undefined
  const symbol = token.kind === 'symbol' ? token.text : undefined
  const isNested = outer.length > 0
  switch (place.wants) {
    case 'operand': {
      if (word === 'not') return place
      if (symbol === '(') {
        outer.push(object)
        return place
      }
      const keyword = word === undefined ? undefined : findTqlKeyword(object, word)
      if (keyword === undefined) return undefined
      return { wants: keyword.kind === 'nested' ? 'inside' : 'operator', object, keyword }
    }
    case 'inside':
      if (symbol !== '(' || place.keyword.object === undefined) return undefined
      outer.push(object)
      return { wants: 'operand', object: place.keyword.object }
    case 'operator':
    case 'negated': {
      if (word === 'not' && place.wants === 'operator') return { ...place, wants: 'negated' }
      const operator = tqlOperators.get(word ?? symbol ?? '')
      const meant = operator !== undefined && place.wants === 'negated' ? negatedOperators.get(operator) : operator
      if (meant === undefined) return undefined
      if (meant === 'in' || meant === 'not in') return { wants: 'list', object, keyword: place.keyword }
      return { wants: 'value', object, keyword: place.keyword, operator: meant }
    }
    case 'list':
      return symbol === '(' ? { wants: 'item', object, keyword: place.keyword, operator: 'in' } : undefined
    case 'value':
      return symbol === undefined ? { wants: 'joiner', object, isNested } : undefined
    case 'item':
      return symbol === undefined ? { wants: 'next item', object, keyword: place.keyword } : undefined
    case 'next item':
      if (symbol === ',') return { wants: 'item', object, keyword: place.keyword, operator: 'in' }
      return symbol === ')' ? { wants: 'joiner', object, isNested } : undefined
    case 'joiner': {
      if (word !== undefined && tqlJoiners.has(word)) return { wants: 'operand', object }
      const before = symbol === ')' ? outer.pop() : undefined
      return before === undefined ? undefined : { wants: 'joiner', object: before, isNested: outer.length > 0 }
    }
  }
}

function optionsAt(place: Place, quote: string): TqlOption[] {
  switch (place.wants) {
    case 'operand':
      return operandOptions(place.object)
    case 'inside':
    case 'list':
      return [symbolOption('(')]
    case 'operator':
    case 'negated':
      return operatorOptions(place.keyword, place.wants === 'negated')
    case 'value':
    case 'item':
      return valueOptions(place.keyword, place.operator, quote)
    case 'next item':
      return [symbolOption(','), symbolOption(')')]
    case 'joiner':
      return [
        { text: 'and', kind: 'joiner', description: 'Both hold' },
        { text: 'or', kind: 'joiner', description: 'One of them holds' },
        ...(place.isNested ? [symbolOption(')')] : []),
      ]
  }
}

function operandOptions(object: TqlObject): TqlOption[] {
  const keywords = Object.entries(tqlKeywordTables[object])
  return [
    ...keywords.map(([text, { description }]): TqlOption => ({ text, kind: 'keyword', description })),
    { text: 'not', kind: 'operator', description: 'The opposite of what follows' },
  ]
}

const symbolOption = (text: string): TqlOption => ({ text, kind: 'symbol', description: '' })

function operatorOptions({ kind }: Known, isNegated: boolean): TqlOption[] {
  if (kind === 'nested') return []
  const operators = [...operatorsOfKind[kind]]
  const texts = isNegated
    ? operators.filter((each) => each.startsWith('not ')).map((each) => each.slice('not '.length))
    : operators
  return texts.map((text) => ({ text, kind: 'operator', description: operatorMeanings[text] ?? '' }))
}

const operatorMeanings: Readonly<Record<string, string>> = {
  '=': 'Is',
  '!=': 'Is not',
  in: 'Is one of: ("a", "b")',
  'not in': 'Is none of: ("a", "b")',
  like: 'Is like, with % for anything',
  'not like': 'Is not like, with % for anything',
}

function valueOptions(keyword: Known, operator: TqlOperator, quote: string): TqlOption[] {
  const option = (text: string, description = ''): TqlOption => ({ text, kind: 'value', description })
  if (keyword.kind === 'boolean') return [option('true'), option('false')]
  if (keyword.kind === 'date')
    return dateValues.map(([text, description]) => option(quoteTql(text, quote), description))
  if (!wholeNameOperators.has(operator)) return []
  return (keyword.values ?? []).map((text) => option(quoteTql(text, quote)))
}

const dateValues = [
  ['NOW() - 1 HOUR', 'The last hour'],
  ['NOW() - 24 HOURS', 'The last 24 hours'],
  ['NOW() - 7 DAYS', 'The last seven days'],
  ['NOW() - 30 DAYS', 'The last thirty days'],
  ['NOW() - 1 YEAR', 'The last year'],
  ['NOW()', 'Now'],
  ['TODAY()', 'Today, from midnight UTC'],
] as const

/** Others take parts of names, which nobody keeps a list of. */
const wholeNameOperators: ReadonlySet<TqlOperator> = new Set<TqlOperator>([
  '=',
  '!=',
  'in',
  'not in',
  'like',
  'not like',
  'startswith',
  'not startswith',
])

function namesAt(place: Place, start: string): TqlCompletion['names'] | undefined {
  if (place.wants !== 'value' && place.wants !== 'item') return undefined
  if (place.keyword.names === undefined || !wholeNameOperators.has(place.operator)) return undefined
  return { object: place.object, keyword: place.keyword.name, start }
}

function fitting(options: readonly TqlOption[], start: string): TqlOption[] {
  const wanted = foldKeyword(start)
  if (wanted === '') return options.slice(0, optionsMax)
  const folded = options.map((option) => ({ option, text: foldKeyword(option.text).replace(/^["'`]/, '') }))
  const beginning = folded.filter(({ text }) => text.startsWith(wanted))
  const holding = folded.filter(({ text }) => !text.startsWith(wanted) && text.includes(wanted))
  return [...beginning, ...holding].map(({ option }) => option).slice(0, optionsMax)
}

/** How far the word or string goes on behind the place. */
function restOfWord(rest: string, partial: Partial | undefined): number {
  if (partial === undefined) return 0
  if (partial.kind !== 'string') return /^[a-z0-9_]*/i.exec(rest)?.[0].length ?? 0
  const inside = /^[^"'`,()\\\s]*/.exec(rest)?.[0].length ?? 0
  return rest.charAt(inside) === partial.quote ? inside + 1 : inside
}

const optionsMax = 200
const restLengthMax = 1000
const quotes: ReadonlySet<string> = new Set(['"', "'", '`'])

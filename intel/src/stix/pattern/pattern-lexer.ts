/** What a pattern is made of. `name` is an identifier or keyword; `text` of strings and prefixed constants is without quotes. */
export interface PatternToken {
  readonly kind: 'name' | 'string' | 'integer' | 'float' | 'timestamp' | 'hex' | 'binary' | 'symbol' | 'end'
  readonly text: string
  readonly offset: number
  /** Where the token ends. */
  readonly end: number
}

/** The grammar was broken at an offset. */
export class PatternError extends Error {
  readonly offset: number
  readonly isTooLarge: boolean

  constructor(message: string, offset: number, isTooLarge = false) {
    super(message)
    this.offset = offset
    this.isTooLarge = isTooLarge
  }
}

/** Reads the token at or behind `from`, past blanks and comments. Each character is looked at once or twice: linear time. */
export function readToken(pattern: string, from: number): PatternToken {
  const offset = afterBlanks(pattern, from)
  if (offset >= pattern.length) return { kind: 'end', text: '', offset, end: offset }
  const nameEnd = endOfName(pattern, offset)
  if (nameEnd > offset) {
    const name = pattern.slice(offset, nameEnd)
    const kind = pattern.charCodeAt(nameEnd) === apostrophe ? constantPrefixes.get(name) : undefined
    if (kind === undefined) return { kind: 'name', text: name, offset, end: nameEnd }
    return prefixed(pattern, kind, offset)
  }
  const first = pattern.charAt(offset)
  if (first === "'" || first === '"') return readString(pattern, offset, first)
  const number = matchAt(numberForm, pattern, offset)
  if (number !== undefined)
    return { kind: number.includes('.') ? 'float' : 'integer', text: number, offset, end: offset + number.length }
  const pair = pattern.slice(offset, offset + 2)
  if (symbolPairs.has(pair)) return { kind: 'symbol', text: pair, offset, end: offset + 2 }
  if (!symbols.has(first)) throw new PatternError(`There is no place for ${JSON.stringify(first)} here.`, offset)
  return { kind: 'symbol', text: first, offset, end: offset + 1 }
}

/** A letter or underscore, then letters, digits, underscores and hyphens. @returns `offset` where there is none */
function endOfName(pattern: string, offset: number): number {
  if (nameCodes[pattern.charCodeAt(offset)] !== begins) return offset
  let end = offset + 1
  while ((nameCodes[pattern.charCodeAt(end)] ?? 0) > 0) end++
  return end
}

function prefixed(pattern: string, kind: 'timestamp' | 'hex' | 'binary', offset: number): PatternToken {
  const { text, end } = readString(pattern, offset + 1, "'")
  if (!constantForms[kind].test(text)) throw new PatternError(`This is no ${kind} constant.`, offset)
  return { kind, text, offset, end }
}

function readString(pattern: string, offset: number, quote: string): PatternToken {
  let at = offset + 1
  let isEscaped = false
  for (; at < pattern.length; at++) {
    const character = pattern.charAt(at)
    if (character === quote) break
    if (character !== '\\') continue
    const next = pattern.charAt(at + 1)
    if (next !== quote && next !== '\\')
      throw new PatternError(`A backslash in a string stands before ${quote} or another backslash.`, at)
    isEscaped = true
    at++
  }
  if (at >= pattern.length) throw new PatternError('This string has no end.', offset)
  const literal = pattern.slice(offset + 1, at)
  return { kind: 'string', text: isEscaped ? literal.replace(/\\(['"\\])/g, '$1') : literal, offset, end: at + 1 }
}

function afterBlanks(pattern: string, from: number): number {
  let at = from
  for (;;) {
    const code = pattern.charCodeAt(at)
    // Neither a blank nor the beginning of a comment: most tokens begin here, or behind one blank.
    if (code > space && code < firstBeyondAscii && code !== slash) return at
    if (code === space) {
      at++
      continue
    }
    blanks.lastIndex = at
    if (!blanks.test(pattern)) return at
    at = blanks.lastIndex
    if (!pattern.startsWith('/*', at)) continue
    const end = pattern.indexOf('*/', at + 2)
    if (end < 0) throw new PatternError('This comment has no end.', at)
    at = end + 2
  }
}

function matchAt(form: RegExp, text: string, offset: number): string | undefined {
  form.lastIndex = offset
  return form.test(text) ? text.slice(offset, form.lastIndex) : undefined
}

const space = 0x20
const apostrophe = 0x27
const slash = 0x2f
const firstBeyondAscii = 0x7f
/** One run of blanks, one line of a comment, or nothing but the sight of a longer comment; never the empty match. */
const blanks = /\s+|\/\/[^\n\r]*|(?=\/\*)/y
/** Of the characters of names: 1, or 2 where they may begin one. */
const begins = 2
const nameCodes = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code)
  return /[a-z_]/i.test(character) ? begins : /[\w-]/.test(character) ? 1 : 0
})
const numberForm = /[+-]?(?:\d+(?:\.\d*)?|\.\d+)/y
const symbolPairs: ReadonlySet<string> = new Set(['==', '!=', '<>', '<=', '>='])
const symbols: ReadonlySet<string> = new Set('=<>[]():.,*')
const constantPrefixes: ReadonlyMap<string, 'timestamp' | 'hex' | 'binary'> = new Map([
  ['t', 'timestamp'],
  ['h', 'hex'],
  ['b', 'binary'],
])
const constantForms = {
  timestamp: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/,
  hex: /^(?:[0-9a-f]{2})*$/i,
  binary: /^(?:[a-z0-9+/]{4})*(?:[a-z0-9+/]{2}==|[a-z0-9+/]{3}=)?$/i,
} as const

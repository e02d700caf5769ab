import { TqlSyntaxError } from './tql-syntax-error.ts'

/** The smallest parts of a query. `text` is a string without its quotes and escapes, otherwise the characters as written. */
export interface TqlToken {
  readonly kind: 'word' | 'number' | 'string' | 'symbol' | 'end'
  readonly text: string
  /** Offset of the first character in the query, from 0. */
  readonly position: number
}

/** Cuts a query into tokens, one at a time, so that a long list is never held twice. */
export class TqlLexer {
  readonly #query: string
  #offset = 0

  constructor(query: string) {
    this.#query = query
  }

  next(): TqlToken {
    this.#match(blanks)
    const position = this.#offset
    const first = this.#query.charAt(position)
    if (first === '') return { kind: 'end', text: '', position }
    if (quotes.has(first)) return this.#string(first, position)

    const word = this.#match(wordForm)
    if (word !== undefined) return { kind: 'word', text: word, position }
    const number = this.#match(numberForm)
    if (number !== undefined) return { kind: 'number', text: number, position }
    const symbol = this.#match(symbolForm)
    if (symbol !== undefined) return { kind: 'symbol', text: symbol, position }
    throw new TqlSyntaxError(`${shown(first)} has no meaning here; text stands in quotes.`, position)
  }

  /** A backslash escapes a quote, a backtick or a backslash; before anything else it is itself, as in `HKEY_USERS\S-1-5`. */
  #string(quote: string, position: number): TqlToken {
    let text = ''
    let start = position + 1
    for (let index = start; index < this.#query.length; index++) {
      const character = this.#query.charAt(index)
      if (character === quote) {
        this.#offset = index + 1
        return { kind: 'string', text: text + this.#query.slice(start, index), position }
      }
      if (character === '\\' && escapable.has(this.#query.charAt(index + 1))) {
        text += this.#query.slice(start, index)
        start = index + 1
        index++
      }
    }
    throw new TqlSyntaxError(
      `The quote ${quote} is never closed; a quote inside the text is written \\${quote}.`,
      position,
    )
  }

  #match(form: RegExp): string | undefined {
    form.lastIndex = this.#offset
    const found = form.exec(this.#query)?.[0]
    if (found !== undefined) this.#offset += found.length
    return found
  }
}

function shown(character: string): string {
  return /[!-~]/.test(character)
    ? character
    : `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
}

const quotes: ReadonlySet<string> = new Set(['"', "'", '`'])
const escapable: ReadonlySet<string> = new Set([...quotes, '\\'])
const blanks = /\s*/y
const wordForm = /[a-z_][a-z0-9_]*/iy
const numberForm = /-?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?/iy
const symbolForm = /==|!=|<=|>=|[=<>(),]/y

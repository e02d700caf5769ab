import { readTqlDate } from './tql-date.ts'
import type { TqlScalar } from './tql-expression.ts'
import type { TqlToken } from './tql-lexer.ts'
import { TqlSyntaxError } from './tql-syntax-error.ts'

/**
 * Reads one value for a keyword of the given kind. Clients are loose about quotes, so `"3"` will do for a number, `"true"` for
 * a boolean and `3` for a text; what cannot mean the kind is an error at its place.
 */
export function tqlScalar(token: TqlToken, kind: TqlScalar['kind'], keyword: string): TqlScalar {
  if (token.kind === 'word' && kind === 'date' && functionName.test(token.text)) {
    throw new TqlSyntaxError(
      `Date functions stand in quotes.`,
      token.position,
      `"${token.text.toUpperCase()}() - 30 DAYS"`,
    )
  }
  if (token.kind === 'word' && !booleanForm.test(token.text)) {
    throw new TqlSyntaxError(
      `Expected a value for ${keyword}; text stands in quotes.`,
      token.position,
      `"${token.text}"`,
    )
  }
  if (token.kind !== 'word' && token.kind !== 'string' && token.kind !== 'number') {
    throw new TqlSyntaxError(`Expected a value for ${keyword}.`, token.position)
  }
  return readers[kind](token, keyword)
}

const readers: Readonly<Record<TqlScalar['kind'], (token: TqlToken, keyword: string) => TqlScalar>> = {
  text: ({ text, position }) => ({ kind: 'text', text, position }),

  number({ text, position }, keyword) {
    const number = text.trim() === '' ? Number.NaN : Number(text)
    if (!Number.isFinite(number)) throw new TqlSyntaxError(`${keyword} is compared with numbers.`, position)
    // Minus zero would print as zero.
    return { kind: 'number', number: number === 0 ? 0 : number, position }
  },

  boolean({ text, position }, keyword) {
    if (!booleanForm.test(text) && text !== '1' && text !== '0') {
      throw new TqlSyntaxError(`${keyword} is compared with true or false.`, position)
    }
    return { kind: 'boolean', boolean: text === '1' || text.toLowerCase() === 'true', position }
  },

  date({ text, position }, keyword) {
    // Which day it is now does not decide whether the text is a date.
    if (!readTqlDate(text, new Date(0))) {
      throw new TqlSyntaxError(
        `${keyword} is compared with dates: "2026-01-31", "2026-01-31 12:00:00", "NOW() - 30 DAYS" or "TODAY()".`,
        position,
      )
    }
    return { kind: 'date', text, position }
  },
}

const functionName = /^(?:now|today)$/i
const booleanForm = /^(?:true|false)$/i

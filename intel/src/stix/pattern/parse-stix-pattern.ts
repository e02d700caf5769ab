import type {
  ComparisonExpression,
  ObservationExpression,
  PatternConstant,
  PatternOperator,
  PatternQualifier,
  PatternResult,
} from './pattern-tree.ts'
import { PatternError, readToken, type PatternToken } from './pattern-lexer.ts'
import { stixPatternComparisonsMax, stixPatternDepthMax, stixPatternLengthMax } from './pattern-limits.ts'

/**
 * Parses a pattern by the grammar of STIX 2.1 part 9 (and 2.0 part 5, whose START and STOP take plain strings). Linear in the
 * pattern's length and bounded (S14). Two liberties that producers take are permitted: quotation marks around a step of a path, and
 * hyphens in one without quotes. MATCHES is read and never run.
 */
export function parseStixPattern(pattern: string): PatternResult {
  if (pattern.length > stixPatternLengthMax) {
    return failure(`It has ${pattern.length} characters; ${stixPatternLengthMax} are permitted.`, 0, true)
  }
  try {
    return { ok: true, expression: new PatternParser(pattern).parse() }
  } catch (error) {
    if (error instanceof PatternError) return failure(error.message, error.offset, error.isTooLarge)
    throw error
  }
}

function failure(message: string, offset: number, isTooLarge: boolean): PatternResult {
  return { ok: false, message, offset, isTooLarge }
}

class PatternParser {
  readonly #pattern: string
  #token: PatternToken
  #comparisonCount = 0
  #depth = 0

  constructor(pattern: string) {
    this.#pattern = pattern
    this.#token = readToken(pattern, 0)
  }

  parse(): ObservationExpression {
    const expression = this.#followedBy()
    if (this.#token.kind !== 'end') this.#fail('an operator between observations, or the end')
    return expression
  }

  // From the loosest to the tightest: FOLLOWEDBY, OR, AND, then qualifiers.
  #followedBy(): ObservationExpression {
    return this.#chain('FOLLOWEDBY', 'followed-by', () => this.#or())
  }

  #or(): ObservationExpression {
    return this.#chain('OR', 'or', () => this.#and())
  }

  #and(): ObservationExpression {
    return this.#chain('AND', 'and', () => this.#qualified())
  }

  #qualified(): ObservationExpression {
    let of = this.#observation()
    for (let count = 0; ; count++) {
      const qualifier = this.#qualifier()
      if (qualifier === undefined) return of
      if (count >= stixPatternDepthMax) throw this.#tooDeep()
      of = { kind: 'qualified', of, qualifier }
    }
  }

  #observation(): ObservationExpression {
    if (this.#take('[')) {
      const comparison = this.#comparisonOr()
      this.#expect(']', '] behind the comparisons')
      return { kind: 'observation', comparison }
    }
    if (this.#take('(')) return this.#inParentheses(() => this.#followedBy())
    return this.#fail('[ or ( at the beginning of an observation')
  }

  #qualifier(): PatternQualifier | undefined {
    if (this.#takeName('WITHIN')) {
      const seconds = this.#number('a number of seconds', /^\+?[\d.]+$/)
      this.#expectName('SECONDS')
      return { kind: 'within', seconds }
    }
    if (this.#takeName('REPEATS')) {
      const times = this.#number('a whole number above zero', /^\+?\d*[1-9]\d*$/)
      this.#expectName('TIMES')
      return { kind: 'repeats', times }
    }
    if (!this.#takeName('START')) return undefined
    const start = this.#instant()
    this.#expectName('STOP')
    return { kind: 'between', start, stop: this.#instant() }
  }

  #comparisonOr(): ComparisonExpression {
    return this.#chain('OR', 'or', () => this.#comparisonAnd())
  }

  #comparisonAnd(): ComparisonExpression {
    return this.#chain('AND', 'and', () => this.#comparison())
  }

  #comparison(): ComparisonExpression {
    if (this.#take('(')) return this.#inParentheses(() => this.#comparisonOr())
    if (++this.#comparisonCount > stixPatternComparisonsMax) throw this.#tooMany()
    const isNotExists = this.#takeName('NOT')
    if (isNotExists || this.#is('name', 'EXISTS')) {
      this.#expectName('EXISTS')
      return { kind: 'comparison', negated: isNotExists, operator: 'EXISTS', path: this.#path(), constants: [] }
    }
    const path = this.#path()
    const negated = this.#takeName('NOT')
    const operator = this.#operator()
    return { kind: 'comparison', negated, operator, path, constants: this.#constants(operator) }
  }

  #path(): string {
    const type = this.#expectKind('name', 'an object path such as domain-name:value')
    this.#expect(':', ': behind the type of an object')
    let path = `${type.text}:${this.#step()}`
    for (;;) {
      if (this.#take('.')) path += `.${this.#step()}`
      else if (this.#take('[')) path += `[${this.#index()}]`
      else return path
    }
  }

  #step(): string {
    const token = this.#token
    if (token.kind !== 'name' && token.kind !== 'string') return this.#fail('a property of an object')
    this.#next()
    return this.#pattern.slice(token.offset, token.end)
  }

  #index(): string {
    const index = this.#take('*') ? '*' : this.#expectKind('integer', 'a number or *').text
    this.#expect(']', '] behind the place in a list')
    return index
  }

  #operator(): PatternOperator {
    const token = this.#token
    const operator = token.kind === 'symbol' || token.kind === 'name' ? operators.get(token.text) : undefined
    if (operator === undefined) return this.#fail('a comparison operator')
    this.#next()
    return operator
  }

  #constants(operator: PatternOperator): PatternConstant[] {
    if (operator !== 'IN') return [this.#constant(operator)]
    const constants: PatternConstant[] = []
    this.#expect('(', '( before the constants of IN')
    if (this.#take(')')) return constants
    do {
      // They are compared one by one, and so count as comparisons.
      if (constants.length > 0 && ++this.#comparisonCount > stixPatternComparisonsMax) throw this.#tooMany()
      constants.push(this.#constant(operator))
    } while (this.#take(','))
    this.#expect(')', ') behind the constants of IN')
    return constants
  }

  #constant(operator: PatternOperator): PatternConstant {
    const { kind, text } = this.#token
    const isString = kind === 'string' && this.#pattern.charAt(this.#token.offset) === "'"
    if (kind === 'name' && (text === 'true' || text === 'false') && !orderings.has(operator)) {
      if (stringOperators.has(operator)) return this.#fail('a string in apostrophes')
      this.#next()
      return { kind: 'boolean', text }
    }
    if (stringOperators.has(operator) ? !isString : kind === 'name' || kind === 'symbol' || kind === 'end')
      return this.#fail(stringOperators.has(operator) ? 'a string in apostrophes' : 'a constant')
    if (kind === 'string' && !isString) return this.#fail('a string in apostrophes, not in quotation marks')
    this.#next()
    return { kind: kind as PatternConstant['kind'], text }
  }

  #instant(): string {
    const { kind, text } = this.#token
    if (kind !== 'timestamp' && kind !== 'string') return this.#fail("an instant such as t'2026-01-31T12:00:00Z'")
    if (!instantForm.test(text)) return this.#fail('an instant with Z')
    this.#next()
    return text
  }

  #number(what: string, form: RegExp): number {
    const { kind, text } = this.#token
    const number = Number(text)
    if ((kind !== 'integer' && kind !== 'float') || !form.test(text) || !Number.isFinite(number))
      return this.#fail(what)
    this.#next()
    return number
  }

  #inParentheses<Expression>(read: () => Expression): Expression {
    if (++this.#depth > stixPatternDepthMax) throw this.#tooDeep()
    const expression = read()
    this.#expect(')', ') at the end of what ( began')
    this.#depth--
    return expression
  }

  #chain<Expression, Kind extends string>(
    keyword: string,
    kind: Kind,
    read: () => Expression,
  ): Expression | { kind: Kind; parts: Expression[] } {
    const first = read()
    if (!this.#is('name', keyword)) return first
    const parts = [first]
    while (this.#takeName(keyword)) parts.push(read())
    return { kind, parts }
  }

  #next(): void {
    this.#token = readToken(this.#pattern, this.#token.end)
  }

  #is(kind: PatternToken['kind'], text: string): boolean {
    return this.#token.kind === kind && this.#token.text === text
  }

  #take(symbol: string): boolean {
    if (!this.#is('symbol', symbol)) return false
    this.#next()
    return true
  }

  #takeName(name: string): boolean {
    if (!this.#is('name', name)) return false
    this.#next()
    return true
  }

  #expect(symbol: string, what: string): void {
    if (!this.#take(symbol)) this.#fail(what)
  }

  #expectName(name: string): void {
    if (!this.#takeName(name)) this.#fail(name)
  }

  #expectKind(kind: PatternToken['kind'], what: string): PatternToken {
    const token = this.#token
    if (token.kind !== kind) return this.#fail(what)
    this.#next()
    return token
  }

  #tooDeep(): PatternError {
    return new PatternError(
      `It is nested more than ${stixPatternDepthMax} deep; no more is permitted.`,
      this.#token.offset,
      true,
    )
  }

  #tooMany(): PatternError {
    return new PatternError(
      `It has more than ${stixPatternComparisonsMax} comparisons; no more are permitted.`,
      this.#token.offset,
      true,
    )
  }

  #fail(expected: string): never {
    throw new PatternError(`Expected ${expected}.`, this.#token.offset)
  }
}

const operators: ReadonlyMap<string, PatternOperator> = new Map<string, PatternOperator>([
  ['=', '='],
  ['==', '='],
  ['!=', '!='],
  ['<>', '!='],
  ['<', '<'],
  ['<=', '<='],
  ['>', '>'],
  ['>=', '>='],
  ['IN', 'IN'],
  ['LIKE', 'LIKE'],
  ['MATCHES', 'MATCHES'],
  ['ISSUBSET', 'ISSUBSET'],
  ['ISSUPERSET', 'ISSUPERSET'],
])
const stringOperators: ReadonlySet<PatternOperator> = new Set(['LIKE', 'MATCHES', 'ISSUBSET', 'ISSUPERSET'])
const orderings: ReadonlySet<PatternOperator> = new Set(['<', '<=', '>', '>='])
const instantForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/

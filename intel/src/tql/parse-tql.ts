import { absentTqlKeyword } from './tql-absent-keywords.ts'
import { begunName, nearestName } from './nearest-name.ts'
import { keywordByOtherName } from './other-names.ts'
import type {
  TqlComparison,
  TqlExpression,
  TqlHas,
  TqlList,
  TqlObject,
  TqlOperator,
  TqlScalar,
} from './tql-expression.ts'
import { findTqlKeyword, foldKeyword, tqlKeywordTables } from './tql-keywords.ts'
import { TqlLexer } from './tql-lexer.ts'
import type { TqlToken } from './tql-lexer.ts'
import { tqlComparisonsMax, tqlDepthMax, tqlListItemsMax, tqlTextLengthMax } from './tql-limits.ts'
import { negatedOperators, operatorsOfKind, tqlJoiners, tqlOperators } from './tql-operators.ts'
import { TqlSyntaxError } from './tql-syntax-error.ts'
import { tqlScalar } from './tql-value.ts'

/** A query that was understood, or what is wrong with it, where (offset in UTF-16 units, from 0), and what to write there instead. */
export type TqlParseResult =
  | { readonly ok: true; readonly query: TqlExpression }
  | { readonly ok: false; readonly message: string; readonly position: number; readonly suggestion?: string }

/**
 * Reads a TQL query about objects of one kind. Never throws. Bounds: 1 MB of text, depth 32, 1,000 comparisons, 10,000 items a list.
 *
 *     expression = unary { ("and" | "or") unary }            "and" binds more strongly
 *     unary      = "not" unary | "(" expression ")" | has | comparison
 *     has        = keyword "(" expression ")"                 for nested keywords
 *     comparison = keyword operator (value | "(" value { "," value } ")")
 */
export function parseTql(text: string, object: TqlObject = 'indicator'): TqlParseResult {
  if (text.length > tqlTextLengthMax) {
    return {
      ok: false,
      message: `The query has ${text.length} characters; ${tqlTextLengthMax} are permitted.`,
      position: tqlTextLengthMax,
    }
  }
  try {
    return { ok: true, query: new TqlParser(text).parse(object) }
  } catch (error) {
    if (!(error instanceof TqlSyntaxError)) throw error
    const { message, position, suggestion } = error
    return { ok: false, message, position, ...(suggestion === undefined ? {} : { suggestion }) }
  }
}

class TqlParser {
  readonly #lexer: TqlLexer
  #token: TqlToken
  #depth = 0
  #comparisons = 0

  constructor(text: string) {
    this.#lexer = new TqlLexer(text)
    this.#token = this.#lexer.next()
  }

  parse(object: TqlObject): TqlExpression {
    const query = this.#expression(object, 0)
    if (this.#token.kind !== 'end') {
      throw this.#isSymbol(')')
        ? this.#error('This parenthesis was never opened.')
        : this.#joinerError('the end of the query')
    }
    return query
  }

  /** Precedence climbing: takes joiners that bind at least as strongly as `powerMin`, and leaves the rest to the caller. */
  #expression(object: TqlObject, powerMin: number): TqlExpression {
    let left = this.#unary(object)
    for (;;) {
      const joiner = this.#token.kind === 'word' ? tqlJoiners.get(foldKeyword(this.#token.text)) : undefined
      if (!joiner || joiner.power < powerMin) return left
      const operands = flat(joiner.kind, left)
      while (this.#isWord(joiner.kind)) {
        this.#advance()
        operands.push(...flat(joiner.kind, this.#expression(object, joiner.power + 1)))
      }
      left = { kind: joiner.kind, operands, position: left.position }
    }
  }

  #unary(object: TqlObject): TqlExpression {
    const { position } = this.#token
    if (this.#isWord('not')) {
      this.#advance()
      return { kind: 'not', operand: this.#deeper(position, () => this.#unary(object)), position }
    }
    if (this.#isSymbol('(')) return this.#parenthesised(object)
    return this.#hasOrComparison(object)
  }

  #parenthesised(object: TqlObject): TqlExpression {
    const open = this.#token.position
    this.#advance()
    const inner = this.#deeper(open, () => this.#expression(object, 0))
    if (!this.#isSymbol(')')) throw this.#joinerError(`the “)” that closes the parenthesis at ${open + 1}`)
    this.#advance()
    return inner
  }

  #hasOrComparison(object: TqlObject): TqlHas | TqlComparison {
    const word = this.#token
    if (word.kind !== 'word' || reserved.has(foldKeyword(word.text))) {
      throw this.#error(word.kind === 'end' ? 'The query ends where a keyword was expected.' : 'Expected a keyword.')
    }
    const keyword = findTqlKeyword(object, word.text)
    if (!keyword) throw unknownKeyword(word, object)
    this.#advance()
    if (keyword.kind !== 'nested' || !keyword.object) {
      return this.#comparison(keyword.name, keyword.kind === 'nested' ? 'text' : keyword.kind, word.position)
    }
    if (!this.#isSymbol('(')) {
      throw this.#error(
        `${keyword.name} takes a query about ${objectNames[keyword.object]} in parentheses: ${keyword.name}(name = "…").`,
      )
    }
    const query = this.#parenthesised(keyword.object)
    return { kind: 'has', keyword: keyword.name, object: keyword.object, query, position: word.position }
  }

  #comparison(keyword: string, kind: TqlScalar['kind'], position: number): TqlComparison {
    this.#comparisons++
    if (this.#comparisons > tqlComparisonsMax) {
      throw new TqlSyntaxError(
        `The query has more than ${tqlComparisonsMax} comparisons; put values into IN lists.`,
        position,
      )
    }
    const operatorPosition = this.#token.position
    const operator = this.#operator(keyword)
    if (!operatorsOfKind[kind].has(operator)) {
      const permitted = [...operatorsOfKind[kind]].join(', ')
      throw new TqlSyntaxError(
        `${keyword} is a ${kind}, which cannot be compared by ${operator}; ${permitted} can.`,
        operatorPosition,
      )
    }
    if (operator === 'in' || operator === 'not in') {
      return { kind: 'comparison', keyword, operator, value: this.#list(keyword, kind), position }
    }
    if (this.#isSymbol('(')) throw this.#error(`${operator} takes one value; a list needs IN.`, 'in')
    const value = tqlScalar(this.#token, kind, keyword)
    this.#advance()
    return { kind: 'comparison', keyword, operator, value, position }
  }

  #operator(keyword: string): TqlOperator {
    const isNegated = this.#isWord('not')
    if (isNegated) this.#advance()
    // SQL's, which takes two values; no one operator can be suggested for it.
    if (this.#isWord('between'))
      throw this.#error(`There is no BETWEEN; write ${keyword} >= … and ${keyword} <= … instead.`)
    const operator = tqlOperators.get(foldKeyword(this.#token.text))
    const isOperator = this.#token.kind === 'symbol' || this.#token.kind === 'word'
    if (!operator || !isOperator) {
      const near = this.#token.kind === 'word' ? nearestName(this.#token.text, [...tqlOperators.keys()]) : undefined
      throw this.#error(`Expected an operator behind ${keyword}, such as =, != or IN.`, near?.toUpperCase())
    }
    const meant = isNegated ? negatedOperators.get(operator) : operator
    if (!meant) throw this.#error(`NOT stands only before ${[...negatedOperators.keys()].join(', ').toUpperCase()}.`)
    this.#advance()
    return meant
  }

  #list(keyword: string, kind: TqlScalar['kind']): TqlList {
    const { position } = this.#token
    if (!this.#isSymbol('(')) throw this.#error('IN takes a list in parentheses: ("a", "b").')
    const items: TqlScalar[] = []
    do {
      this.#advance()
      if (items.length === tqlListItemsMax) throw this.#error(`A list has at most ${tqlListItemsMax} items.`)
      items.push(tqlScalar(this.#token, kind, keyword))
      this.#advance()
    } while (this.#isSymbol(','))
    if (!this.#isSymbol(')')) throw this.#error('Expected “,” or the “)” that closes the list.')
    this.#advance()
    return { kind: 'list', items, position }
  }

  #deeper<T>(position: number, read: () => T): T {
    if (this.#depth === tqlDepthMax)
      throw new TqlSyntaxError(`The query is nested more than ${tqlDepthMax} deep.`, position)
    this.#depth++
    const result = read()
    this.#depth--
    return result
  }

  #advance(): void {
    this.#token = this.#lexer.next()
  }

  #isWord(word: string): boolean {
    return this.#token.kind === 'word' && foldKeyword(this.#token.text) === word
  }

  #isSymbol(symbol: string): boolean {
    return this.#token.kind === 'symbol' && this.#token.text === symbol
  }

  #joinerError(other: string): TqlSyntaxError {
    const near = this.#token.kind === 'word' ? nearestName(this.#token.text, [...tqlJoiners.keys()]) : undefined
    const hint = near === undefined ? '' : ` Did you mean “${near}”?`
    return this.#error(`Expected “and”, “or” or ${other}.${hint}`, near)
  }

  #error(message: string, suggestion?: string): TqlSyntaxError {
    return new TqlSyntaxError(message, this.#token.position, suggestion)
  }
}

function flat(kind: 'and' | 'or', expression: TqlExpression): TqlExpression[] {
  return expression.kind === kind ? [...expression.operands] : [expression]
}

function unknownKeyword(word: TqlToken, object: TqlObject): TqlSyntaxError {
  const absence = absentTqlKeyword(object, foldKeyword(word.text))
  if (absence !== undefined) {
    return new TqlSyntaxError(`Nothing can be found by ${word.text}: ${absence}.`, word.position)
  }
  const around = enclosingKeyword(word.text, object)
  if (around !== undefined) {
    return new TqlSyntaxError(
      `${word.text} is a keyword of queries about ${objectNames[around.object]}; here write ${around.name}(${word.text} …).`,
      word.position,
    )
  }
  const shown = word.text.length > keywordShownMax ? `${word.text.slice(0, keywordShownMax)}…` : word.text
  const suggestion = keywordByOtherName(object, word.text) ?? nearestKeyword(word.text, object)
  const hint = suggestion ? ` Did you mean ${suggestion}?` : ''
  return new TqlSyntaxError(
    `${shown} is not a keyword of queries about ${objectNames[object]}.${hint}`,
    word.position,
    suggestion,
  )
}

/** Of `owner`, a number, and `ownerName` the unfinished word means the name. */
function nearestKeyword(word: string, object: TqlObject): string | undefined {
  const keywords = Object.keys(tqlKeywordTables[object])
  return (
    begunName(
      word,
      keywords.filter((keyword) => !keywords.includes(`${keyword}Name`)),
    ) ?? nearestName(word, keywords)
  )
}

/** The nested keyword in whose parentheses the word would be one, as `hasIndicator` for `confidence` of a group. */
function enclosingKeyword(word: string, object: TqlObject): { name: string; object: TqlObject } | undefined {
  for (const [name, keyword] of Object.entries(tqlKeywordTables[object])) {
    if (keyword.object !== undefined && findTqlKeyword(keyword.object, word) !== undefined)
      return { name, object: keyword.object }
  }
  return undefined
}

const objectNames: Readonly<Record<TqlObject, string>> = {
  indicator: 'indicators',
  group: 'groups',
  tag: 'tags',
  attribute: 'attributes',
  securityLabel: 'security labels',
  job: 'jobs',
  execution: 'executions',
}

const keywordShownMax = 64
const reserved: ReadonlySet<string> = new Set(['and', 'or', ...tqlOperators.keys()])

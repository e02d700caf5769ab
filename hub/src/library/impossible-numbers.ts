import { type TqlComparison, tqlKeywordTables, type TqlScalar } from '@postern/intel'
import type { QueryHint } from '@postern/protocol'
import type { ComparisonOf } from './comparisons-in-query.ts'

/** Numbers that nothing can have, such as a rating above 9: what asks for them finds nothing without a word, or, negated, everything. */
export function hintsOnNumbers(comparisons: readonly ComparisonOf[]): QueryHint[] {
  return comparisons.flatMap(({ comparison, object }) => {
    const { keyword, operator, value } = comparison
    const range = tqlKeywordTables[object][keyword]?.range
    const asked = askedBy[operator]
    if (range === undefined || asked === undefined) return []
    const [lowest, highest] = range
    const items: readonly TqlScalar[] = value.kind === 'list' ? value.items : [value]
    return items
      .filter((item) => item.kind === 'number')
      .filter(({ number }) => !asked.isPossible(number, lowest, highest))
      .map(({ number, position }) => {
        const words = `${asked.words} ${number}`.trimStart()
        return { message: `No ${keyword} is ${words}: it goes from ${lowest} to ${highest}.`, position }
      })
  })
}

type Asked = { words: string; isPossible(number: number, lowest: number, highest: number): boolean }

const equal: Asked = { words: '', isPossible: (number, lowest, highest) => number >= lowest && number <= highest }

const askedBy: Readonly<Partial<Record<TqlComparison['operator'], Asked>>> = {
  '=': equal,
  '!=': equal,
  in: equal,
  'not in': equal,
  '>': { words: 'above', isPossible: (number, _, highest) => number < highest },
  '>=': { words: 'as high as', isPossible: (number, _, highest) => number <= highest },
  '<': { words: 'below', isPossible: (number, lowest) => number > lowest },
  '<=': { words: 'as low as', isPossible: (number, lowest) => number >= lowest },
}

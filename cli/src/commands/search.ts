import { oneOwnerRule, statusInWords } from '@postern/intel'
import { type Indicator, IndicatorPage, limits, paths } from '@postern/protocol'
import { Command } from 'commander'
import { readCliConfig } from '../config.ts'
import { hubTarget } from '../hub-api.ts'
import { rowsOf } from '../rows-of.ts'
import { say } from '../say.ts'
import { sayHints } from './say-hints.ts'

export function searchCommand(): Command {
  return new Command('search')
    .description('look up indicators')
    .argument('<tql>', `a query, e.g. 'typeName = "Host" and hasTag(name = "apt")'`)
    .option('--limit <number>', 'rows at most', '100')
    .option('--json', 'one JSON object a line')
    .action(async (tql: string, options: { limit: string; json?: boolean }) => {
      const target = hubTarget(readCliConfig())
      const rowsMax = Number(options.limit)
      if (!Number.isInteger(rowsMax) || rowsMax < 1)
        throw new Error(`--limit ${options.limit} is not a whole number above 0.`)
      // One more than is shown tells whether there are more.
      const query = { tql, limit: String(Math.min(rowsMax + 1, limits.pageRowsMax)) }
      let found = 0
      for await (const indicator of rowsOf(target, paths.indicators, IndicatorPage, query, sayHints)) {
        if (found === rowsMax) {
          say.error(`These are the first ${found}; there are more. See --limit.`)
          break
        }
        found += 1
        if (options.json === true) say.json(indicator)
        else say.row(columnsOf(indicator))
      }
      // Not among the rows: whoever reads those by a program finds none.
      if (found > 0) return
      say.error('0 indicators found')
      say.error(oneOwnerRule)
    })
}

/** What was added to them stands at the end, where no script that cuts columns is disturbed. */
function columnsOf(indicator: Indicator): string[] {
  const { type, value, owners, tags } = indicator
  return [type, value, owners.join(', '), tags.join(', '), statusInWords(indicator)]
}

import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { asksMuchOfOneOwner, oneOwnerRule, statusInWords } from '@postern/intel'
import { type Indicator, IndicatorPage, limits, paths, type QueryHint } from '@postern/protocol'
import { Command } from 'commander'
import { readCliConfig } from '../config.ts'
import { hubTarget } from '../hub-api.ts'
import { mustBeFile } from '../must-be-file.ts'
import { rowsFound } from '../rows-of.ts'
import { say } from '../say.ts'
import { sayHints } from './say-hints.ts'

export function searchCommand(): Command {
  return new Command('search')
    .description('look up indicators')
    .argument('[tql]', `a query, e.g. 'typeName = "Host" and hasTag(name = "apt")'`)
    .option('--file <file>', 'a file with the query, which may be long; - is the standard input')
    .option('--limit <number>', 'rows at most', '100')
    .option('--json', 'one JSON object a line')
    .action(async (tql: string | undefined, options: { file?: string; limit: string; json?: boolean }) => {
      const target = hubTarget(readCliConfig())
      const rowsMax = Number(options.limit)
      if (!Number.isInteger(rowsMax) || rowsMax < 1)
        throw new Error(`--limit ${options.limit} is not a whole number above 0.`)
      // One more than is shown tells whether there are more.
      const search = { tql: await queryOf(tql, options.file), limit: Math.min(rowsMax + 1, limits.pageRowsMax) }
      let found = 0
      let isReasonTold = false
      const onPage = ({ hints = [] }: { hints?: QueryHint[] | undefined }) => {
        sayHints({ hints })
        isReasonTold ||= hints.length > 0
      }
      for await (const indicator of rowsFound(target, paths.indicatorSearch, IndicatorPage, search, onPage)) {
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
      if (!isReasonTold && asksMuchOfOneOwner(search.tql)) say.error(oneOwnerRule)
    })
}

async function queryOf(tql: string | undefined, file: string | undefined): Promise<string> {
  if (tql !== undefined && file === undefined) return tql
  if (tql !== undefined || file === undefined)
    throw new Error('Write either a query or --file with the name of a file that has one.')
  const query = file === '-' ? await text(process.stdin) : readQuery(file)
  // It would find all that there is, which nobody means by a file.
  if (query.trim() === '') throw new Error('There is no query in the file.')
  return query
}

function readQuery(file: string): string {
  mustBeFile(file)
  return readFileSync(file, 'utf8')
}

/** What was added to them stands at the end, where no script that cuts columns is disturbed. */
function columnsOf(indicator: Indicator): string[] {
  const { type, value, owners, tags } = indicator
  return [type, value, owners.join(', '), tags.join(', '), statusInWords(indicator)]
}

import { IndicatorPage, paths } from '@postern/protocol'
import { Command } from 'commander'
import { readCliConfig } from '../config.ts'
import { callHub, hubTarget } from '../hub-api.ts'
import { say } from '../say.ts'

export function searchCommand(): Command {
  return new Command('search')
    .description('look up indicators')
    .argument('<tql>', `a query, e.g. 'typeName = "Host" and hasTag(name = "apt")'`)
    .option('--limit <number>', 'rows at most', '100')
    .option('--json', 'one JSON object a line')
    .action(async (tql: string, options: { limit: string; json?: boolean }) => {
      const target = hubTarget(readCliConfig())
      let found = 0
      let left = Number(options.limit)
      if (!Number.isInteger(left) || left < 1)
        throw new Error(`--limit ${options.limit} is not a whole number above 0.`)
      let cursor: string | undefined
      do {
        const query = new URLSearchParams({
          tql,
          limit: String(Math.min(left, 1000)),
          ...(cursor === undefined ? {} : { cursor }),
        })
        const page = await callHub(target, `${paths.indicators}?${query}`, IndicatorPage)
        for (const indicator of page.data) {
          if (options.json === true) say.json(indicator)
          else say.row([indicator.type, indicator.value, indicator.owners.join(', '), indicator.tags.join(', ')])
        }
        found += page.data.length
        left -= page.data.length
        cursor = page.next
      } while (cursor !== undefined && left > 0)
      // Not among the rows: whoever reads those by a program finds none.
      if (found === 0) say.error('0 indicators found')
      if (cursor !== undefined) say.error(`These are the first ${found}; there are more. See --limit.`)
    })
}

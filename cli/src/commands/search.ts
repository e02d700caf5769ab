import { asksMuchOfOneOwner, oneOwnerRule, statusInWords } from '@postern/intel'
import { type Indicator, IndicatorPage, paths } from '@postern/protocol'
import { Command } from 'commander'
import { say } from '../say.ts'
import { sayFound, type SearchOptions, takesQuery } from './found-rows.ts'

export function searchCommand(): Command {
  return takesQuery(new Command('search'), 'typeName = "Host" and hasTag(name = "apt")')
    .description('look up indicators; groups are found by postern groups search')
    .action(async (tql: string | undefined, options: SearchOptions) => {
      const searched = { path: paths.indicatorSearch, page: IndicatorPage, nouns: 'indicators', columnsOf }
      const unexplained = await sayFound(tql, options, searched)
      if (unexplained !== undefined && asksMuchOfOneOwner(unexplained)) say.error(oneOwnerRule)
    })
}

/** What was added to them stands at the end, where no script that cuts columns is disturbed. */
function columnsOf(indicator: Indicator): string[] {
  const { type, value, owners, tags } = indicator
  return [type, value, owners.join(', '), tags.join(', '), statusInWords(indicator)]
}

import { AttributeTypePage, GroupPage, IndicatorPage, type IndicatorTotal } from '@postern/protocol'
import { queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'
import { paged } from './paged.ts'
import { paths } from './paths.ts'

export const attributeKeys = { types: ['attribute-types'] } as const

export const attributeQueries = {
  types: () => paged(attributeKeys.types, paths.attributeTypes, AttributeTypePage),

  /** What has an attribute for which a query holds: how many indicators, and whether any group. */
  uses: (tql: string) =>
    queryOptions({
      queryKey: ['attribute-uses', tql],
      queryFn: async ({ signal }): Promise<AttributeUses> => {
        const query = { tql, limit: 1 }
        const [indicators, groups] = await Promise.all([
          api(paths.indicators, { query: { ...query, count: 'true' }, reply: IndicatorPage, signal }),
          api(paths.groups, { query, reply: GroupPage, signal }),
        ])
        return { indicators: indicators.total, hasGroups: groups.data.length > 0 }
      },
    }),
} as const

export interface AttributeUses {
  indicators: IndicatorTotal | undefined
  hasGroups: boolean
}

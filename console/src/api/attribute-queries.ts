import { AttributeType, AttributeTypePage, GroupPage, IndicatorPage, type IndicatorTotal } from '@postern/protocol'
import { queryOptions } from '@tanstack/react-query'
import { api, apiTagged } from './api.ts'
import { paged } from './paged.ts'
import { paths } from './paths.ts'

export const attributeKeys = { types: ['attribute-types'] } as const

export const attributeQueries = {
  types: () => paged(attributeKeys.types, paths.attributeTypes, AttributeTypePage),

  /** One, as it is changed. */
  type: (attributeTypeId: string) =>
    queryOptions({
      queryKey: [...attributeKeys.types, attributeTypeId],
      queryFn: ({ signal }) => apiTagged(paths.attributeType(attributeTypeId), { reply: AttributeType, signal }),
      // Nobody types over what stood there when it was opened last.
      staleTime: 0,
      gcTime: 0,
    }),

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

import { Button } from '@mantine/core'
import type { Indicator } from '@postern/protocol'
import { useDocumentTitle } from '@mantine/hooks'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useNavigate, useRouteContext, useSearch } from '@tanstack/react-router'
import { useMay } from '../access/rights.ts'
import { indicatorQueries } from '../api/indicator-queries.ts'
import { useAnnounce } from '../elements/announcer.tsx'
import { Icon } from '../elements/icon.tsx'
import { PageHead } from '../elements/page-head.tsx'
import { PagedTable } from '../elements/paged-table.tsx'
import { indicatorColumns } from './indicator-columns.tsx'
import { IndicatorCount } from './indicator-count.tsx'
import classes from './indicators-page.module.css'
import { KeptQueryNote } from './kept-query-note.tsx'
import { NoIndicators } from './no-indicators.tsx'
import { QueryBox } from './query-box.tsx'
import { mistakeIn, useDraft } from './query-draft.ts'
import { QueryHints } from './query-hints.tsx'
import { QueryMistake } from './query-mistake.tsx'
import { queryOf } from './query-of.ts'
import { placeOf } from './query-place.ts'
import { QuickFilterRow } from './quick-filter-row.tsx'
import { useCopyValue } from './use-copy-value.ts'

/** The library: everything that owners assert, found by TQL. The query stands in the address, or beside it (`placeOf`). */
export function IndicatorsPage() {
  const { tql: written } = useSearch({ from: '/signed-in/indicators' })
  const { keptTql } = useRouteContext({ from: '/signed-in/indicators' })
  const tql = written ?? keptTql
  const navigate = useNavigate({ from: '/indicators' })
  const announce = useAnnounce()
  const copyValue = useCopyValue()
  const mayAdd = useMay('curate')
  const { draft, setDraft, seek } = useDraft(tql ?? '')
  const indicators = useInfiniteQuery(indicatorQueries.list(tql))
  const total = useQuery({ ...indicatorQueries.total(tql), enabled: indicators.isSuccess }).data
  useDocumentTitle('Indicators · Postern')

  function search(text: string) {
    const query = queryOf(text)
    seek(query)
    if (query === (tql ?? '')) void indicators.refetch()
    else void navigate(placeOf(query))
    announce('Searching')
  }
  const mistake = mistakeIn(indicators.error)
  const hints = indicators.data?.pages[0]?.hints ?? []

  return (
    <div className={classes['page']}>
      <PageHead title="Indicators" lead="Everything that owners assert, newest first.">
        {!mistake && <IndicatorCount total={total} isFiltered={tql !== undefined} />}
        {mayAdd && (
          <Button
            size="xs"
            leftSection={<Icon name="plus" size={14} />}
            onClick={() => void navigate({ to: '/indicators/add' })}
          >
            Add indicators
          </Button>
        )}
      </PageHead>
      <QueryBox draft={draft} onDraft={setDraft} onSearch={search} searched={tql ?? ''} mistake={mistake} />
      <QuickFilterRow draft={draft} onFilter={search} />
      {tql !== written && <KeptQueryNote />}
      <QueryHints hints={hints} />
      {mistake ? (
        <QueryMistake query={tql ?? ''} mistake={mistake} />
      ) : (
        <PagedTable<Indicator>
          key={tql ?? ''}
          label="Indicators"
          query={indicators}
          columns={indicatorColumns}
          rowKey={(indicator) => indicator.id}
          onOpen={({ id }) => void navigate({ to: '/indicators/$indicatorId', params: { indicatorId: id } })}
          onRowKey={({ value }, key) => key === 'c' && copyValue(value)}
          empty={<NoIndicators tql={tql} isReasonTold={hints.length > 0} onClear={() => search('')} />}
          {...(total?.isExact ? { total: total.count } : {})}
        />
      )}
    </div>
  )
}

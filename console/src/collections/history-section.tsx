import type { Collection, CollectionHistoryEntry } from '@postern/protocol'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { collectionQueries } from '../api/collection-queries.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import { PagedTable } from '../elements/paged-table.tsx'
import { Section } from '../elements/section.tsx'
import { ShortText } from '../elements/short-text.tsx'
import { ShortTime } from '../elements/short-time.tsx'
import { stateColumn } from '../elements/state-column.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { formatCount } from '../format/quantities.ts'
import { valueColumns } from '../indicators/value-columns.tsx'
import { changeFaces } from './collection-faces.ts'

/** What entered and left, and why, as far as the library still knows. */
export function HistorySection({ collection: { id, version } }: { collection: Collection }) {
  const navigate = useNavigate()
  const history = useInfiniteQuery(collectionQueries.history(id, version))
  return (
    <Section title="What entered and left" summary="Newest first, with the reason">
      <PagedTable
        label="What entered and left"
        query={history}
        columns={columns}
        rowKey={({ number }) => String(number)}
        onOpen={({ indicatorId }) => void navigate({ to: '/indicators/$indicatorId', params: { indicatorId } })}
        empty={<EmptyState title="Nothing has entered yet" />}
      />
    </Section>
  )
}

const columns: readonly Column<CollectionHistoryEntry>[] = [
  stateColumn(({ change }) => changeFaces[change], '112px', 'Change'),
  ...valueColumns,
  { key: 'reason', header: 'Why', width: 'minmax(170px, 2.2fr)', render: ({ reason }) => <ShortText text={reason} /> },
  {
    key: 'version',
    header: 'Version',
    width: '80px',
    align: 'end',
    render: ({ version }) => <span>{formatCount(version)}</span>,
  },
  { key: 'at', header: 'When', width: '96px', render: ({ madeAt }) => <ShortTime instant={madeAt} /> },
]

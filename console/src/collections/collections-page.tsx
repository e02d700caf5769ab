import { Button } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import type { Collection } from '@postern/protocol'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMay } from '../access/rights.ts'
import { collectionQueries } from '../api/collection-queries.ts'
import { useClock } from '../elements/clock.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import classes from '../elements/form.module.css'
import { Icon } from '../elements/icon.tsx'
import { NameLink } from '../elements/name-link.tsx'
import { PageHead } from '../elements/page-head.tsx'
import { PagedTable } from '../elements/paged-table.tsx'
import { ShortText } from '../elements/short-text.tsx'
import { ShortTime } from '../elements/short-time.tsx'
import { stateColumn } from '../elements/state-column.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { formatCount } from '../format/quantities.ts'
import { collectionFaceOf } from './collection-faces.ts'

export function CollectionsPage() {
  const navigate = useNavigate()
  const collections = useInfiniteQuery(collectionQueries.list())
  const mayWrite = useMay('curate')
  const nowMs = useClock()
  useDocumentTitle('Data collections · Postern')
  const columns = [stateColumn<Collection>((each) => collectionFaceOf(each, nowMs), '106px'), ...others]
  return (
    <div className={`${classes['page']} ${classes['list']}`}>
      <PageHead title="Data collections" lead="Saved queries whose members exports, lists and TAXII carry on.">
        {mayWrite && (
          <Button
            size="xs"
            leftSection={<Icon name="plus" size={14} />}
            onClick={() => void navigate({ to: '/collections/new' })}
          >
            New data collection
          </Button>
        )}
      </PageHead>
      <PagedTable
        label="Data collections"
        query={collections}
        columns={columns}
        rowKey={({ id }) => id}
        onOpen={({ id }) => void navigate({ to: '/collections/$collectionId', params: { collectionId: id } })}
        empty={
          <EmptyState title="No data collection yet">
            A data collection is a query in TQL with a name: it follows the library, and keeps its versions and why each
            value came and went.
          </EmptyState>
        }
      />
    </div>
  )
}

const others: readonly Column<Collection>[] = [
  {
    key: 'name',
    header: 'Data collection',
    width: 'minmax(160px, 1.8fr)',
    isPlain: true,
    render: ({ id, name, description }) => (
      <div>
        <NameLink to="/collections/$collectionId" params={{ collectionId: id }} text={name} />
        {description !== null && description !== '' && <ShortText text={description} isSoft />}
      </div>
    ),
  },
  {
    key: 'tql',
    header: 'Query',
    width: 'minmax(180px, 2.6fr)',
    isSecondary: true,
    render: ({ tql }) => (
      <code>
        <ShortText text={tql.slice(0, 400)} />
      </code>
    ),
  },
  {
    key: 'count',
    header: 'Members',
    width: '92px',
    align: 'end',
    render: ({ count }) => <span>{formatCount(count)}</span>,
  },
  {
    key: 'version',
    header: 'Version',
    width: '82px',
    align: 'end',
    render: ({ version }) => <span>{version === 0 ? '–' : formatCount(version)}</span>,
  },
  {
    key: 'refreshed',
    header: 'Refreshed',
    width: '96px',
    render: ({ refreshedAt }) => (refreshedAt === null ? <span>Never</span> : <ShortTime instant={refreshedAt} />),
  },
  {
    key: 'who',
    header: 'Made by',
    width: 'minmax(108px, 0.8fr)',
    isSecondary: true,
    render: ({ madeBy, isShared }) => (
      <div>
        <ShortText text={madeBy ?? '–'} />
        {!isShared && <span className={classes['soft']}>not shared</span>}
      </div>
    ),
  },
]

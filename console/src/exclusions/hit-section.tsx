import type { ExclusionHit, ExclusionList } from '@postern/protocol'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { exclusionQueries } from '../api/exclusion-queries.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import form from '../elements/form.module.css'
import { LongText } from '../elements/long-text.tsx'
import { NameLink } from '../elements/name-link.tsx'
import { PagedTable } from '../elements/paged-table.tsx'
import { Section } from '../elements/section.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { formatCountOf } from '../format/quantities.ts'
import { valueColumns } from '../indicators/value-columns.tsx'

/** Where the count of hits leads. */
export const hitSectionId = 'hits'

/** The indicators that a list hits, and what readers would lose if it kept them from exports. */
export function HitSection({ list }: { list: ExclusionList }) {
  const navigate = useNavigate()
  const hits = useInfiniteQuery(exclusionQueries.hits(list.id, list.hitCount))
  return (
    <Section id={hitSectionId} title="What it hits" summary={formatCountOf(list.hitCount, 'indicator')}>
      <PagedTable
        label="What it hits"
        query={hits}
        columns={columns}
        rowKey={({ indicatorId }) => indicatorId}
        onOpen={({ indicatorId }) => void navigate({ to: '/indicators/$indicatorId', params: { indicatorId } })}
        total={list.hitCount}
        empty={<EmptyState title="It hits no indicator of the library now" />}
      />
    </Section>
  )
}

const columns: readonly Column<ExclusionHit>[] = [
  ...valueColumns,
  {
    key: 'entry',
    header: 'By the entry',
    width: 'minmax(130px, 1.4fr)',
    render: ({ entry }) => (
      <code>
        <LongText text={entry} charactersMax={80} />
      </code>
    ),
  },
  {
    key: 'collections',
    header: 'Readers have it from',
    width: 'minmax(150px, 1.6fr)',
    render: ({ isKeptBack, collections }) => {
      if (isKeptBack) return <span>Kept from exports</span>
      if (collections.length === 0) return <span>No data collection</span>
      return (
        <span className={form['lines']}>
          {collections.map(({ id, name }) => (
            <NameLink key={id} to="/collections/$collectionId" params={{ collectionId: id }} text={name} isAside />
          ))}
        </span>
      )
    },
  },
]

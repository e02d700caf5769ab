import type { Collection, CollectionVersion } from '@postern/protocol'
import { useInfiniteQuery } from '@tanstack/react-query'
import { collectionQueries } from '../api/collection-queries.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import { PagedTable } from '../elements/paged-table.tsx'
import { Section } from '../elements/section.tsx'
import { ShortText } from '../elements/short-text.tsx'
import { ShortTime } from '../elements/short-time.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { formatCount } from '../format/quantities.ts'
import classes from './collections.module.css'

export function VersionSection({ collection: { id, version } }: { collection: Collection }) {
  const versions = useInfiniteQuery(collectionQueries.versions(id, version))
  return (
    <Section title="Versions" summary="Newest first; kept for 30 days">
      <PagedTable
        label="Versions"
        query={versions}
        columns={columns}
        rowKey={({ version }) => String(version)}
        empty={<EmptyState title="No version yet">The first one comes with the first look at the library.</EmptyState>}
      />
    </Section>
  )
}

const columns: readonly Column<CollectionVersion>[] = [
  {
    key: 'version',
    header: 'Version',
    width: '78px',
    align: 'end',
    render: ({ version }) => <strong>{formatCount(version)}</strong>,
  },
  figure('count', 'Members'),
  figure('entered', 'Entered', 'entered'),
  figure('departed', 'Left', 'left'),
  figure('changed', 'Changed'),
  {
    key: 'made',
    header: 'Made',
    width: '96px',
    render: ({ madeAt }) => <ShortTime instant={madeAt} />,
  },
  {
    key: 'query',
    header: 'New query',
    width: 'minmax(150px, 1fr)',
    render: ({ queryChange }) =>
      queryChange && (
        <div>
          <code>
            <ShortText text={queryChange.tql} />
          </code>
          <ShortText text={`by ${queryChange.by}`} isSoft />
        </div>
      ),
  },
]

/** A count; coloured only while it is not zero. */
function figure(
  key: 'count' | 'entered' | 'departed' | 'changed',
  header: string,
  tone?: 'entered' | 'left',
): Column<CollectionVersion> {
  return {
    key,
    header,
    width: '92px',
    align: 'end',
    render: (row) => <span className={tone && row[key] > 0 ? classes[tone] : undefined}>{formatCount(row[key])}</span>,
  }
}

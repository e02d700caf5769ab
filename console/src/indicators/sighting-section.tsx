import type { Sighting } from '@postern/protocol'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { sightingQueries } from '../api/sighting-queries.ts'
import { PagedTable } from '../elements/paged-table.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { Section } from '../elements/section.tsx'
import { ShortText } from '../elements/short-text.tsx'
import { ShortTime } from '../elements/short-time.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { formatCount } from '../format/quantities.ts'

/** Who saw it, where and when. */
export function SightingSection({ indicatorId }: { indicatorId: string }) {
  const sightings = useInfiniteQuery(sightingQueries.ofIndicator(indicatorId))
  const isEmpty = sightings.data?.pages[0]?.data.length === 0
  return (
    <Section title="Sightings" summary={isEmpty ? 'Nobody has reported one' : undefined}>
      {!isEmpty && (
        <PagedTable label="Sightings" query={sightings} columns={columns} rowKey={({ id }) => id} empty={null} />
      )}
    </Section>
  )
}

const columns: readonly Column<Sighting>[] = [
  { key: 'seen', header: 'Seen', width: '184px', render: ({ seenAt }) => <Timestamp instant={seenAt} /> },
  {
    key: 'count',
    header: 'Times',
    width: '116px',
    align: 'end',
    render: ({ count }) => <span>{formatCount(count)}</span>,
  },
  {
    key: 'owner',
    header: 'In the name of',
    width: 'minmax(120px, 1.2fr)',
    render: ({ ownerName }) => <ShortText text={ownerName} />,
  },
  {
    key: 'where',
    header: 'Where',
    width: 'minmax(140px, 1.6fr)',
    render: ({ controlName, groupId, groupName, stixId }) => {
      if (controlName !== null) return <ShortText text={controlName} />
      if (stixId !== null) return <ShortText text={stixId} />
      if (groupId === null) return <span>–</span>
      return (
        <Link to="/groups/$groupId" params={{ groupId }} tabIndex={-1}>
          <PlainText text={groupName ?? groupId} />
        </Link>
      )
    },
  },
  {
    key: 'who',
    header: 'Reported by',
    width: 'minmax(110px, 1fr)',
    isSecondary: true,
    render: ({ recordedBy }) => <ShortText text={recordedBy} />,
  },
  {
    key: 'recorded',
    header: 'Reported',
    width: '96px',
    isSecondary: true,
    render: ({ recordedAt }) => <ShortTime instant={recordedAt} />,
  },
]

import type { IndicatorDetail } from '@postern/protocol'
import { LongText } from '../elements/long-text.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { type Column, VirtualTable } from '../elements/virtual-table.tsx'
import { formatCountOf } from '../format/quantities.ts'
import { Section } from './section.tsx'

type Group = IndicatorDetail['groups'][number]

/** Events, reports and whatever else an indicator stands in at its sources. */
export function GroupSection({ groups }: { groups: readonly Group[] }) {
  return (
    <Section
      title="Events and groups"
      summary={groups.length === 0 ? 'It stands in none' : formatCountOf(groups.length, 'group')}
    >
      {groups.length > 0 && (
        <VirtualTable label="Events and groups" columns={columns} rows={groups} rowKey={({ id }) => id} />
      )}
    </Section>
  )
}

const columns: readonly Column<Group>[] = [
  { key: 'type', header: 'Type', width: '124px', render: ({ type }) => <PlainText text={type} /> },
  {
    key: 'name',
    header: 'Name',
    width: 'minmax(180px, 3fr)',
    isPlain: true,
    render: ({ name }) => <LongText text={name} />,
  },
  {
    key: 'owner',
    header: 'Owner',
    width: 'minmax(120px, 1fr)',
    render: ({ ownerName }) => <PlainText text={ownerName} />,
  },
  {
    key: 'xid',
    header: 'Id at the source',
    width: 'minmax(140px, 1.6fr)',
    render: ({ xid }) => (
      <code>
        <LongText text={xid} />
      </code>
    ),
  },
  {
    key: 'date',
    header: 'Took place',
    width: '186px',
    render: ({ eventDate }) =>
      eventDate === null ? <span>–</span> : <Timestamp instant={eventDate} relative={false} />,
  },
]

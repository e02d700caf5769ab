import { Button } from '@mantine/core'
import { quoteTql } from '@postern/intel'
import type { IndicatorDetail } from '@postern/protocol'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import form from '../elements/form.module.css'
import { Icon } from '../elements/icon.tsx'
import { LongText } from '../elements/long-text.tsx'
import { NameLink } from '../elements/name-link.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { Section } from '../elements/section.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { type Column, VirtualTable } from '../elements/virtual-table.tsx'
import { formatCountOf } from '../format/quantities.ts'
import { groupTypeLabel } from '../groups/group-type-label.ts'
import { JoinGroupDialog } from '../groups/join-group-dialog.tsx'

type Group = IndicatorDetail['groups'][number]

/** Events, reports and whatever else an indicator stands in at its sources. */
export function GroupSection({ indicator }: { indicator: IndicatorDetail }) {
  const { value, groups, groupsMore } = indicator
  const navigate = useNavigate()
  const mayWrite = useMay('curate')
  const [isJoining, setJoining] = useState(false)
  return (
    <Section
      title="Events and groups"
      summary={groups.length === 0 ? 'It stands in none' : formatCountOf(groups.length + groupsMore, 'group')}
      actions={
        mayWrite && (
          <Button
            size="xs"
            variant="default"
            leftSection={<Icon name="plus" size={14} />}
            onClick={() => setJoining(true)}
          >
            Associate with a group …
          </Button>
        )
      }
    >
      {groups.length > 0 && (
        <VirtualTable
          label="Events and groups"
          columns={columns}
          rows={groups}
          rowKey={({ id }) => id}
          onOpen={({ id }) => void navigate({ to: '/groups/$groupId', params: { groupId: id } })}
        />
      )}
      {groupsMore > 0 && (
        <p className={form['hint']}>
          And {formatCountOf(groupsMore, 'more group')}:{' '}
          <Link to="/groups" search={{ tql: `hasIndicator(summary = ${quoteTql(value)})` }}>
            find all of them
          </Link>
        </p>
      )}
      {isJoining && <JoinGroupDialog indicator={indicator} onClose={() => setJoining(false)} />}
    </Section>
  )
}

const columns: readonly Column<Group>[] = [
  { key: 'type', header: 'Type', width: '124px', render: ({ type }) => <span>{groupTypeLabel(type)}</span> },
  {
    key: 'name',
    header: 'Name',
    width: 'minmax(180px, 3fr)',
    isPlain: true,
    render: ({ id, name }) => <NameLink to="/groups/$groupId" params={{ groupId: id }} text={name} />,
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

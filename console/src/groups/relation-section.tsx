import { Button } from '@mantine/core'
import type { GroupDetail, GroupRelation } from '@postern/protocol'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { paths } from '../api/paths.ts'
import { actionColumn } from '../elements/action-column.tsx'
import { Icon } from '../elements/icon.tsx'
import { NameLink } from '../elements/name-link.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { Section } from '../elements/section.tsx'
import { type Column, VirtualTable } from '../elements/virtual-table.tsx'
import { formatCountOf } from '../format/quantities.ts'
import { plainText } from '../format/text-pieces.ts'
import { groupTypeLabel } from './group-type-label.ts'
import { RelateDialog } from './relate-dialog.tsx'
import { TakeOutDialog } from './take-out-dialog.tsx'

/** How a group stands to others of its owner. */
export function RelationSection({ group }: { group: GroupDetail }) {
  const { relations } = group
  const navigate = useNavigate()
  const mayWrite = useMay('curate')
  const [isRelating, setRelating] = useState(false)
  const [parted, setParted] = useState<GroupRelation>()
  return (
    <Section
      title="Related groups"
      summary={relations.length === 0 ? 'Its owner relates it to none' : formatCountOf(relations.length, 'relation')}
      actions={
        mayWrite && (
          <Button
            size="xs"
            variant="default"
            leftSection={<Icon name="plus" size={14} />}
            onClick={() => setRelating(true)}
          >
            Relate a group …
          </Button>
        )
      }
    >
      {relations.length > 0 && (
        <VirtualTable
          label="Related groups"
          columns={mayWrite ? [...columns, takeBackColumn(setParted)] : columns}
          rows={relations}
          rowKey={({ id, kind, direction }) => `${direction} ${kind} ${id}`}
          onOpen={({ id }) => void navigate({ to: '/groups/$groupId', params: { groupId: id } })}
        />
      )}
      {isRelating && <RelateDialog group={group} onClose={() => setRelating(false)} />}
      {parted && (
        <TakeOutDialog
          joined={{ name: parted.name, kind: parted.kind, path: pathOf(group.id, parted) }}
          groupName={group.name}
          onClose={() => setParted(undefined)}
        />
      )}
    </Section>
  )
}

function pathOf(groupId: string, { id, direction }: GroupRelation): string {
  return direction === 'outgoing' ? paths.groupRelation(groupId, id) : paths.groupRelation(id, groupId)
}

const columns: readonly Column<GroupRelation>[] = [
  {
    key: 'kind',
    header: 'How',
    width: 'minmax(150px, 1fr)',
    render: ({ kind, direction }) => (
      <span>
        {direction === 'incoming' ? '← ' : '→ '}
        <PlainText text={kind} />
        <span className="only-heard">{direction === 'incoming' ? ', by the other' : ', to the other'}</span>
      </span>
    ),
  },
  { key: 'type', header: 'Type', width: '140px', render: ({ type }) => <span>{groupTypeLabel(type)}</span> },
  {
    key: 'name',
    header: 'Name',
    width: 'minmax(200px, 3fr)',
    isPlain: true,
    render: ({ id, name }) => <NameLink to="/groups/$groupId" params={{ groupId: id }} text={name} />,
  },
]

function takeBackColumn(onTakeBack: (relation: GroupRelation) => void): Column<GroupRelation> {
  return actionColumn(
    ({ name }) => `What to do with the relation to ${plainText(name)}`,
    (relation) => [{ name: 'Take back …', icon: 'cross', isDangerous: true, act: () => onTakeBack(relation) }],
  )
}

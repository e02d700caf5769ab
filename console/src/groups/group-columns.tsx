import type { Group } from '@postern/protocol'
import { NameLink } from '../elements/name-link.tsx'
import { ShortTime } from '../elements/short-time.tsx'
import { TagList } from '../elements/tag-list.tsx'
import { TlpLabel } from '../elements/tlp-label.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { formatCount } from '../format/quantities.ts'
import { groupTypeLabel } from './group-type-label.ts'

/** The name leads to the group's own page, by its id. */
export const groupColumns: readonly Column<Group>[] = [
  { key: 'type', header: 'Type', width: '118px', render: ({ type }) => <span>{groupTypeLabel(type)}</span> },
  {
    key: 'name',
    header: 'Name',
    width: 'minmax(180px, 3.2fr)',
    isPlain: true,
    render: ({ id, name }) => <NameLink to="/groups/$groupId" params={{ groupId: id }} text={name} />,
  },
  {
    key: 'owner',
    header: 'Owner',
    width: 'minmax(100px, 1.2fr)',
    render: ({ ownerId, ownerName }) => (
      <NameLink to="/owners/$ownerId" params={{ ownerId }} text={ownerName} isAside />
    ),
  },
  { key: 'tlp', header: 'TLP', width: '120px', render: ({ tlp }) => <TlpLabel level={tlp} isShort /> },
  {
    key: 'tags',
    header: 'Tags',
    width: 'minmax(90px, 1.2fr)',
    isSecondary: true,
    render: ({ tags }) => <TagList tags={tags} shownMax={1} />,
  },
  {
    key: 'indicators',
    header: 'Indicators',
    width: '92px',
    align: 'end',
    render: ({ indicatorCount }) => <span>{formatCount(indicatorCount)}</span>,
  },
  {
    key: 'date',
    header: 'Took place',
    width: '96px',
    render: ({ eventDate }) => (eventDate === null ? <span>–</span> : <ShortTime instant={eventDate} />),
  },
  {
    key: 'modified',
    header: 'Modified',
    width: '92px',
    isSecondary: true,
    render: ({ modifiedAt }) => <ShortTime instant={modifiedAt} />,
  },
]

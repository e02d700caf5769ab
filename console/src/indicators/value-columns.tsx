import { NameLink } from '../elements/name-link.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { indicatorTypeLabel } from './indicator-faces.ts'

/** Of a table whose rows are about one indicator each: what it is, and the way to its page. */
export const valueColumns: readonly Column<{ indicatorId: string; type: string; value: string }>[] = [
  {
    key: 'type',
    header: 'Type',
    width: '108px',
    isSecondary: true,
    render: ({ type }) => <span>{indicatorTypeLabel(type)}</span>,
  },
  {
    key: 'value',
    header: 'Value',
    width: 'minmax(170px, 2fr)',
    isPlain: true,
    render: ({ indicatorId, value }) => (
      <NameLink to="/indicators/$indicatorId" params={{ indicatorId }} text={value} isCode />
    ),
  },
]

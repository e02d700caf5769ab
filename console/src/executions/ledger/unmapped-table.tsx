import type { Ledger } from '@postern/protocol'
import { EmptyState } from '../../elements/empty-state.tsx'
import { LongText } from '../../elements/long-text.tsx'
import { PlainText } from '../../elements/plain-text.tsx'
import { type Column, VirtualTable } from '../../elements/virtual-table.tsx'
import { formatCount } from '../../format/quantities.ts'
import classes from './ledger-section.module.css'

type UnmappedEntry = Ledger['unmapped'][number]

/** What the source said and the app had no place for, with examples, so that somebody can decide whether it matters. */
export function UnmappedTable({ unmapped }: { unmapped: readonly UnmappedEntry[] }) {
  if (unmapped.length === 0) return <EmptyState title="Everything that the source said found its place" />
  return (
    <VirtualTable
      label="Unmapped"
      columns={columns}
      rows={unmapped}
      rowKey={(entry) => `${entry.what}\n${entry.reason}`}
    />
  )
}

const columns: readonly Column<UnmappedEntry>[] = [
  { key: 'what', header: 'What', width: 'minmax(180px, 2fr)', render: (entry) => <PlainText text={entry.what} /> },
  {
    key: 'reason',
    header: 'Reason',
    width: 'minmax(180px, 2fr)',
    render: (entry) => <PlainText text={entry.reason} />,
  },
  {
    key: 'count',
    header: 'How often',
    width: '96px',
    align: 'end',
    render: (entry) => <span>{formatCount(entry.count)}</span>,
  },
  {
    key: 'examples',
    header: 'Examples',
    width: 'minmax(200px, 3fr)',
    render: (entry) => (
      <ul className={classes['examples']}>
        {[...new Set(entry.examples)].map((example) => (
          <li key={example}>
            <LongText text={example} />
          </li>
        ))}
      </ul>
    ),
  },
]

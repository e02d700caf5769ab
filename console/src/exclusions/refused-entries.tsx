import type { RefusedEntry } from '@postern/protocol'
import { LongText } from '../elements/long-text.tsx'
import { type Column, VirtualTable } from '../elements/virtual-table.tsx'
import { formatCountOf } from '../format/quantities.ts'
import classes from './exclusions.module.css'

/** Entries that a list does not take, each with its reason. */
export function RefusedEntries({ refused }: { refused: readonly RefusedEntry[] }) {
  return (
    <div className={classes['refused']}>
      <p>{formatCountOf(refused.length, 'entry is', 'entries are')} not taken:</p>
      <VirtualTable label="Entries that are not taken" columns={columns} rows={refused} rowKey={keyOf} />
    </div>
  )
}

const keyOf = ({ position }: RefusedEntry) => String(position)

const columns: readonly Column<RefusedEntry>[] = [
  {
    key: 'entry',
    header: 'Entry',
    width: 'minmax(100px, 1fr)',
    isPlain: true,
    render: ({ entry }) => (
      <code>
        <LongText text={entry} />
      </code>
    ),
  },
  { key: 'reason', header: 'Why', width: 'minmax(140px, 2fr)', render: ({ reason }) => <LongText text={reason} /> },
]

import type { StixImport, StixKind, StixObjectAccount } from '@postern/protocol'
import { useMemo } from 'react'
import { Count, Counts } from '../elements/count.tsx'
import form from '../elements/form.module.css'
import { LongText } from '../elements/long-text.tsx'
import { Section } from '../elements/section.tsx'
import { type Column, VirtualTable } from '../elements/virtual-table.tsx'
import { formatCount, formatCountOf } from '../format/quantities.ts'
import { OwnersIndicators } from './addition-account.tsx'

/** What became of every object of a bundle (D26). */
export function StixAccount({ done }: { done: StixImport }) {
  const { indicators, groups, notMapped } = done
  // An object may stand in a bundle twice: only its place tells one row from the other.
  const rows = useMemo(() => notMapped.map((each, index) => ({ ...each, key: String(index) })), [notMapped])
  return (
    <Section
      title="What became of the bundle"
      summary={`STIX ${done.specVersion}, ${formatCountOf(done.objects, 'object')}`}
    >
      <div className={`${form['card']} ${form['fields']}`}>
        <Counts label="What became of the objects">
          <Count value={done.mapped} label="Mapped" tone="good" hint="Became indicators, groups or relations" />
          <Count value={done.kept} label="Kept as text" hint="Kept word for word; nothing of it is in the library" />
          <Count value={done.unchanged} label="Unchanged" hint="Known already in this version, or a newer one" />
          <Count value={done.refused} label="Refused" tone="bad" />
        </Counts>
        <Counts label="What the library gained">
          <Count value={indicators.created} label="New indicators" tone="good" hint={ofFiles} />
          <Count value={indicators.updated} label="Changed indicators" hint={ofFiles} />
          <Count value={groups.created} label="New groups" tone="good" />
          <Count value={groups.updated} label="Changed groups" />
          <Count value={done.associations} label="Relations" />
        </Counts>
        <OwnersIndicators owner={done.owner} />
        <VirtualTable label="By type" columns={kindColumns} rows={done.kinds} rowKey={({ type }) => type} />
        {rows.length > 0 && (
          <VirtualTable label="Not taken whole" columns={columns} rows={rows} rowKey={({ key }) => key} />
        )}
        {done.notMappedCut > 0 && (
          <p className={form['hint']}>{formatCountOf(done.notMappedCut, 'more object')} of them are not shown.</p>
        )}
      </div>
    </Section>
  )
}

const ofFiles = 'A file counts once, however many hashes it has'

const outcomeWords: Record<StixObjectAccount['outcome'], string> = {
  mapped: 'Mapped in part',
  kept: 'Kept as text',
  unchanged: 'Unchanged',
  refused: 'Refused',
}

const kindColumns: readonly Column<StixKind>[] = [
  {
    key: 'type',
    header: 'Type',
    width: 'minmax(120px, 1.5fr)',
    render: ({ type }) => (
      <code>
        <LongText text={type} />
      </code>
    ),
  },
  ...countColumns(),
  {
    key: 'why',
    header: 'Why',
    width: 'minmax(180px, 4fr)',
    render: ({ reasons }) => (
      <LongText text={reasons.map(({ count, reason }) => `${formatCount(count)} × ${reason}`).join(' ')} />
    ),
  },
]

function countColumns(): Column<StixKind>[] {
  const headers = { mapped: 'Mapped', kept: 'Kept as text', unchanged: 'Unchanged', refused: 'Refused' } as const
  return (['mapped', 'kept', 'unchanged', 'refused'] as const).map((key) => ({
    key,
    header: headers[key],
    width: '108px',
    align: 'end',
    render: (kind) => <span>{formatCount(kind[key])}</span>,
  }))
}

const columns: readonly Column<StixObjectAccount>[] = [
  { key: 'outcome', header: 'Outcome', width: '120px', render: ({ outcome }) => <span>{outcomeWords[outcome]}</span> },
  {
    key: 'object',
    header: 'Object',
    width: 'minmax(160px, 2fr)',
    render: ({ id }) => (
      <code>
        <LongText text={id} />
      </code>
    ),
  },
  {
    key: 'reason',
    header: 'Why',
    width: 'minmax(180px, 3fr)',
    render: ({ reason }) => <LongText text={reason ?? ''} />,
  },
]

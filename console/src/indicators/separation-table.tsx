import type { IndicatorDetail, IndicatorSeparation } from '@postern/protocol'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { actionColumn } from '../elements/action-column.tsx'
import form from '../elements/form.module.css'
import { NameLink } from '../elements/name-link.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { ShortTime } from '../elements/short-time.tsx'
import { type Column, VirtualTable } from '../elements/virtual-table.tsx'
import { plainText } from '../format/text-pieces.ts'
import { JoinAgainDialog } from './link-dialogs.tsx'

/** What people separated from an indicator, which owners may still send together with it. */
export function SeparationTable({ indicator }: { indicator: IndicatorDetail }) {
  const navigate = useNavigate()
  const mayWrite = useMay('curate')
  const [joined, setJoined] = useState<IndicatorSeparation>()
  const { separations } = indicator
  if (separations.length === 0) return null
  return (
    <>
      <p className={form['soft']}>
        Separated by people: these stay apart whatever their owner sends, until somebody joins them again.
      </p>
      <VirtualTable
        label="Separated indicators"
        columns={mayWrite ? [...columns, joinColumn(setJoined)] : columns}
        rows={separations}
        rowKey={({ id, kind, owner }) => `${kind} ${id} ${owner}`}
        onOpen={({ id }) => void navigate({ to: '/indicators/$indicatorId', params: { indicatorId: id } })}
      />
      {joined && <JoinAgainDialog indicator={indicator} separation={joined} onClose={() => setJoined(undefined)} />}
    </>
  )
}

const columns: readonly Column<IndicatorSeparation>[] = [
  { key: 'kind', header: 'Was joined as', width: '124px', render: ({ kind }) => <PlainText text={kind} /> },
  {
    key: 'value',
    header: 'Value',
    width: 'minmax(200px, 3fr)',
    isPlain: true,
    render: ({ id, value }) => (
      <NameLink to="/indicators/$indicatorId" params={{ indicatorId: id }} text={value} isCode />
    ),
  },
  { key: 'owner', header: 'Said by', width: 'minmax(100px, 1fr)', render: ({ owner }) => <PlainText text={owner} /> },
  {
    key: 'by',
    header: 'Separated by',
    width: 'minmax(100px, 1fr)',
    render: ({ separatedBy }) => (separatedBy === null ? <span>Not known</span> : <PlainText text={separatedBy} />),
  },
  { key: 'at', header: 'When', width: '96px', render: ({ separatedAt }) => <ShortTime instant={separatedAt} /> },
]

function joinColumn(onJoin: (separation: IndicatorSeparation) => void): Column<IndicatorSeparation> {
  return actionColumn(
    ({ value, owner }) => `What to do with the separation from ${plainText(value)}, said by ${plainText(owner)}`,
    (separation) => [{ name: 'Join again …', icon: 'plus', act: () => onJoin(separation) }],
  )
}

import { useMemo } from 'react'
import { LongText } from '../elements/long-text.tsx'
import { type Column, VirtualTable } from '../elements/virtual-table.tsx'

interface ReasonRow {
  key: string
  reason: string
}

/** Why something was not taken, one sentence a row. */
export function Reasons({ label, reasons }: { label: string; reasons: readonly string[] }) {
  const rows = useMemo(() => reasons.map((reason, index) => ({ key: String(index), reason })), [reasons])
  return <VirtualTable label={label} columns={columns} rows={rows} rowKey={({ key }) => key} />
}

const columns: readonly Column<ReasonRow>[] = [
  {
    key: 'reason',
    header: 'What, and why',
    width: '1fr',
    isPlain: true,
    render: ({ reason }) => <LongText text={reason} />,
  },
]

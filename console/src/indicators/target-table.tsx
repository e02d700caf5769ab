import type { IndicatorOnTarget } from '@postern/protocol'
import { Link, useNavigate } from '@tanstack/react-router'
import { PlainText } from '../elements/plain-text.tsx'
import { ShortTime } from '../elements/short-time.tsx'
import { stateColumn } from '../elements/state-column.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { type Column, VirtualTable } from '../elements/virtual-table.tsx'
import { SignatureMark } from '../executions/export/signature-mark.tsx'
import { furtherWords, onTargetFaces, onTargetWords } from './indicator-faces.ts'
import classes from './indicator-page.module.css'

export function TargetTable({ targets }: { targets: readonly IndicatorOnTarget[] }) {
  const navigate = useNavigate()
  return (
    <VirtualTable
      label="On controls"
      columns={columns}
      rows={targets}
      rowKey={({ controlId, target }) => `${controlId} ${target}`}
      onOpen={({ receiptId }) => void navigate({ to: '/receipts/$receiptId', params: { receiptId } })}
    />
  )
}

function FurtherLine({ onTarget }: { onTarget: IndicatorOnTarget }) {
  const words = furtherWords(onTarget)
  return (
    words !== undefined && (
      <span>
        <PlainText text={words} />
      </span>
    )
  )
}

const columns: readonly Column<IndicatorOnTarget>[] = [
  stateColumn(({ state }) => onTargetFaces[state], '124px'),
  {
    key: 'control',
    header: 'Control and target',
    width: 'minmax(130px, 1.4fr)',
    isPlain: true,
    render: ({ controlName, target }) => (
      <span className={classes['lines']}>
        <strong>
          <PlainText text={controlName} />
        </strong>
        <span className={classes['soft']}>
          <PlainText text={target} />
        </span>
      </span>
    ),
  },
  {
    key: 'why',
    header: 'Why',
    width: 'minmax(170px, 2.4fr)',
    render: (onTarget) => (
      <span className={classes['lines']}>
        {onTargetWords(onTarget)}
        <FurtherLine onTarget={onTarget} />
        <span className={classes['soft']}>
          <PlainText text={onTarget.collectionName} /> version {onTarget.collectionVersion}
        </span>
        <span>
          <SignatureMark signature={onTarget.signature} />
        </span>
      </span>
    ),
  },
  {
    key: 'since',
    header: 'Since',
    width: '178px',
    render: ({ since }) => (since === null ? <span>–</span> : <Timestamp instant={since} />),
  },
  {
    key: 'checked',
    header: 'Checked',
    width: '104px',
    isSecondary: true,
    render: ({ checkedAt }) => <ShortTime instant={checkedAt} />,
  },
  {
    key: 'proof',
    header: 'By',
    width: '112px',
    render: ({ receiptId, executionId }) => (
      <span className={classes['lines']}>
        <Link to="/receipts/$receiptId" params={{ receiptId }} tabIndex={-1}>
          receipt {receiptId}
        </Link>
        <Link to="/executions/$executionId" params={{ executionId }} search={{ view: 'receipt' }} tabIndex={-1}>
          execution {executionId}
        </Link>
      </span>
    ),
  },
]

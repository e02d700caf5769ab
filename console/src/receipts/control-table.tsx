import type { Control } from '@postern/protocol'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { receiptQueries } from '../api/receipt-queries.ts'
import { useClock } from '../elements/clock.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import { NameLink } from '../elements/name-link.tsx'
import { PagedTable } from '../elements/paged-table.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { StateBadge } from '../elements/state-badge.tsx'
import { TlpLabel } from '../elements/tlp-label.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { receiptFaces } from '../executions/execution-faces.ts'
import { SignatureMark } from '../executions/export/signature-mark.tsx'
import { describeInstant, formatRelative } from '../format/instants.ts'
import { formatCount } from '../format/quantities.ts'
import { plainText } from '../format/text-pieces.ts'
import classes from './receipts.module.css'

/** Targets of one control that a row shows; the list of its receipts has the others. */
const targetsShown = 6

/** How each control stands now: the newest receipt of each of its targets. */
export function ControlTable() {
  const controls = useInfiniteQuery(receiptQueries.controls())
  return (
    <section aria-label="Controls now" className={classes['controls']}>
      <h2 className={classes['heading']}>Now</h2>
      <PagedTable
        label="Controls"
        query={controls}
        columns={columns}
        rowKey={(control) => control.id}
        empty={
          <EmptyState title="No control yet">
            A control is what an export fills: a firewall, an appliance, a list. It appears when a job first names it.
          </EmptyState>
        }
      />
    </section>
  )
}

const columns: readonly Column<Control>[] = [
  {
    key: 'control',
    header: 'Control',
    width: 'minmax(150px, 1fr)',
    isPlain: true,
    render: (control) => (
      <NameLink
        from="/receipts"
        to="."
        search={(search) => ({ ...(search.days && { days: search.days }), control: control.id })}
        text={control.name}
      />
    ),
  },
  {
    key: 'targets',
    header: 'Targets, by their newest receipt',
    width: 'minmax(260px, 4fr)',
    render: (control) => <Targets control={control} />,
  },
  {
    key: 'tlp',
    header: 'Highest TLP',
    width: '124px',
    render: (control) => <TlpLabel level={control.highestTlp} isShort />,
  },
]

function Targets({ control }: { control: Control }) {
  const nowMs = useClock()
  if (control.targets.length === 0) return <span className={classes['soft']}>No receipt yet</span>
  const hidden = control.targets.length - targetsShown
  return (
    <ul className={classes['targets']}>
      {control.targets.slice(0, targetsShown).map(({ target, receiptId, state, signature, at }) => (
        <li key={target}>
          <StateBadge face={receiptFaces[state]} />
          <SignatureMark signature={signature} />
          <Link
            to="/receipts/$receiptId"
            params={{ receiptId }}
            className={classes['target']}
            title={plainText(target)}
          >
            <PlainText text={target} />
          </Link>
          <time dateTime={at} title={describeInstant(at)} className={classes['soft']}>
            {formatRelative(at, nowMs)}
          </time>
        </li>
      ))}
      {hidden > 0 && <li className={classes['soft']}>and {formatCount(hidden)} more</li>}
    </ul>
  )
}

import type { DiffValue } from '@postern/protocol'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { hubQueries } from '../../api/hub-queries.ts'
import { EmptyState } from '../../elements/empty-state.tsx'
import { PagedTable } from '../../elements/paged-table.tsx'
import { LongText } from '../../elements/long-text.tsx'
import { PlainText } from '../../elements/plain-text.tsx'
import { type BadgeFace, StateBadge } from '../../elements/state-badge.tsx'
import type { Column } from '../../elements/virtual-table.tsx'
import classes from './export.module.css'

const changeFaces: Record<DiffValue['change'], BadgeFace> = {
  add: { tone: 'good', icon: 'plus', word: 'Add' },
  remove: { tone: 'notice', icon: 'minus', word: 'Remove' },
  missing: { tone: 'bad', icon: 'minus', word: 'Missing' },
  extra: { tone: 'notice', icon: 'plus', word: 'Extra' },
  refused: { tone: 'bad', icon: 'barred', word: 'Refused' },
  'left-out': { tone: 'open', icon: 'minus', word: 'Left out' },
}

type DiffQuery = ReturnType<typeof hubQueries.planValues>

interface DiffTableProps {
  label: string
  query: DiffQuery
  total?: number
  /** Whether values say why they are listed, as a receipt's do, and of a plan's those that the app left out. */
  hasReasons: boolean
}

/** A plan's or receipt's values, one a row. */
export function DiffTable({ label, query, total, hasReasons }: DiffTableProps) {
  const values = useInfiniteQuery(query)
  return (
    <PagedTable
      label={label}
      query={values}
      columns={hasReasons ? columnsWithReason : columns}
      rowKey={(value) => `${value.change}\t${value.type}\t${value.value}`}
      empty={<EmptyState title="No values" />}
      {...(total === undefined ? {} : { total })}
    />
  )
}

const columns: readonly Column<DiffValue>[] = [
  {
    key: 'change',
    header: 'Change',
    width: '116px',
    isPlain: true,
    render: (value) => (
      <span>
        <StateBadge face={changeFaces[value.change]} />
      </span>
    ),
  },
  { key: 'type', header: 'Type', width: '150px', render: (value) => <PlainText text={value.type} /> },
  {
    key: 'value',
    header: 'Value',
    width: 'minmax(220px, 3fr)',
    render: (value) => (
      <span className={classes['value']}>
        <LongText text={value.value} />
      </span>
    ),
  },
]

const columnsWithReason: readonly Column<DiffValue>[] = [
  ...columns,
  {
    key: 'reason',
    header: 'Reason',
    width: 'minmax(140px, 2fr)',
    render: (value) => (value.reason ? <PlainText text={value.reason} /> : <span className={classes['soft']}>–</span>),
  },
]

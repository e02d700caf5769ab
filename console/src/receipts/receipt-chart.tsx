import { NativeSelect } from '@mantine/core'
import { type ReceiptDay, ReceiptState } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { receiptQueries } from '../api/receipt-queries.ts'
import { DayChart } from '../elements/day-chart.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { SkeletonRows } from '../elements/skeleton-rows.tsx'
import { receiptFaces } from '../executions/execution-faces.ts'
import { formatCount } from '../format/quantities.ts'
import { chartColumns, chartWords, countOf } from './chart-columns.ts'
import classes from './receipts.module.css'
import { dayChoices, daysOf, receiptFilterOf } from './receipts-search.ts'

/** How receipts came out day by day; the same figures stand below as a table, whose days lead to their receipts. */
export function ReceiptChart() {
  const search = useSearch({ from: '/signed-in/receipts' })
  const navigate = useNavigate({ from: '/receipts' })
  const { controlId, target } = receiptFilterOf(search)
  const count = daysOf(search)
  const days = useQuery(receiptQueries.days({ ...(controlId && { controlId }), ...(target && { target }) }, count))
  return (
    <section className={classes['card']} aria-label="Over time">
      <div className={classes['cardHead']}>
        <h2 className={classes['heading']}>Over time</h2>
        <Legend />
        <NativeSelect
          size="xs"
          aria-label="Time shown"
          value={String(count)}
          onChange={(event) => {
            const chosen = event.currentTarget.value
            void navigate({ search: (now) => ({ ...now, days: chosen }), replace: true, resetScroll: false })
          }}
          data={dayChoices.map((each) => ({ value: String(each), label: `${each} days` }))}
        />
      </div>
      {days.isPending && <SkeletonRows label="Loading receipts over time" rows={4} />}
      {days.isError && (
        <ProblemAlert what="Receipts over time" error={days.error} onRetry={() => void days.refetch()} />
      )}
      {days.data && <Drawn days={days.data.data} />}
    </section>
  )
}

function Legend() {
  return (
    <ul className={classes['legend']}>
      {ReceiptState.options.map((state) => (
        <li key={state} title={receiptFaces[state].meaning}>
          <span className={classes['swatch']} data-state={state} aria-hidden="true" />
          {receiptFaces[state].word}
        </li>
      ))}
    </ul>
  )
}

function Drawn({ days }: { days: readonly ReceiptDay[] }) {
  const written = days.filter((day) => ReceiptState.options.some((state) => countOf(day, state) > 0)).toReversed()
  if (written.length === 0) return <p className={classes['soft']}>No receipt was written in these days.</p>
  return (
    <div>
      <DayChart
        columnsOf={(columnsMax) => chartColumns(days, columnsMax)}
        words={() => chartWords(days, (state) => receiptFaces[state].word.toLowerCase())}
        columnWords={({ parts }) =>
          parts.length === 0
            ? ['No receipts']
            : parts.map(({ state, count }) => `${receiptFaces[state].word}: ${formatCount(count)}`)
        }
        parts={({ parts }) => parts}
      />
      <Figures days={written} />
    </div>
  )
}

function Figures({ days }: { days: readonly ReceiptDay[] }) {
  return (
    <details className={classes['figures']}>
      <summary>Figures by day</summary>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by keys */}
      <div className={classes['figuresScroll']} role="region" aria-label="Figures by day" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Day (UTC)</th>
              {ReceiptState.options.map((state) => (
                <th key={state} scope="col">
                  {receiptFaces[state].word}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days.map((day) => (
              <tr key={day.day}>
                <th scope="row">
                  <Link
                    from="/receipts"
                    to="."
                    search={(search) => ({ ...search, day: day.day })}
                    resetScroll={false}
                    title="Show the receipts of this day"
                  >
                    {day.day}
                  </Link>
                </th>
                {ReceiptState.options.map((state) => (
                  <td key={state}>{formatCount(countOf(day, state))}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

import { useElementSize } from '@mantine/hooks'
import { formatCount } from '../format/quantities.ts'
import classes from './day-chart.module.css'

/** Units of the drawing; it is stretched to the width that there is. */
const chartHeight = 100
/** Room that a column takes at least, in CSS pixels: a pointer must hit it. */
const columnWidthMin = 9

/** A part of a column, from the ground up. @param height its share of the highest column, 0 to 1 */
export type ChartPart = { state?: string; height: number }

interface DayChartProps<Column> {
  /** The columns where there is room for so many. @returns `top` is what the highest of them stands for */
  columnsOf: (columnsMax: number) => { columns: readonly Column[]; top: number }
  /** The chart in words, for whoever does not see it. */
  words: (columns: readonly Column[]) => string
  /** What a column stands for: shown while the pointer is over it. */
  columnWords: (column: Column) => readonly string[]
  parts: (column: Column) => readonly ChartPart[]
}

/** Columns of one or more days of UTC each, side by side over the whole width. */
export function DayChart<Column extends { from: string; until: string }>({
  columnsOf,
  words,
  columnWords,
  parts,
}: DayChartProps<Column>) {
  const { ref, width } = useElementSize()
  const { columns, top } = columnsOf(Math.max(10, Math.floor(width / columnWidthMin)))
  return (
    <div ref={ref} className={classes['chart']}>
      <span className={classes['top']} aria-hidden="true">
        {formatCount(top)}
      </span>
      <svg
        role="img"
        aria-label={words(columns)}
        viewBox={`0 0 ${columns.length * 10} ${chartHeight}`}
        preserveAspectRatio="none"
      >
        {columns.map((column, index) => (
          <g key={column.from} className={classes['column']}>
            <title>{[daysOf(column), ...columnWords(column)].join('\n')}</title>
            <rect x={index * 10} y={0} width={10} height={chartHeight} className={classes['ground']} />
            <Parts parts={parts(column)} left={index * 10 + 1} />
          </g>
        ))}
      </svg>
      <span className={classes['axis']} aria-hidden="true">
        <span>{columns[0]?.from}</span>
        <span>{columns.at(-1)?.until} UTC</span>
      </span>
    </div>
  )
}

function Parts({ parts, left }: { parts: readonly ChartPart[]; left: number }) {
  let ground = chartHeight
  return parts.map(({ state = 'all', height }) => {
    const drawn = height * (chartHeight - 4)
    ground -= drawn
    return (
      <rect key={state} x={left} y={ground} width={8} height={drawn} className={classes['part']} data-state={state} />
    )
  })
}

function daysOf({ from, until }: { from: string; until: string }): string {
  return from === until ? from : `${from} to ${until}`
}

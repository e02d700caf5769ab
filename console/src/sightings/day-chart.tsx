import { useElementSize } from '@mantine/hooks'
import type { SightingAnalysis } from '@postern/protocol'
import { formatCount, formatCountOf } from '../format/quantities.ts'
import { type DayColumn, dayColumns } from './day-columns.ts'
import classes from './sightings.module.css'

const chartHeight = 100
/** Pixels that a column needs to be hit by a pointer. */
const columnWidthMin = 8

/** Sightings by day of UTC. */
export function DayChart({ analysis, period }: { analysis: SightingAnalysis; period: { from: string; to: string } }) {
  const { ref, width } = useElementSize()
  const columns = dayColumns(analysis.days, period, Math.max(10, Math.floor(width / columnWidthMin)))
  const top = Math.max(1, ...columns.map(({ sightings }) => sightings))
  return (
    <div ref={ref} className={classes['chart']}>
      <span className={classes['top']} aria-hidden="true">
        {formatCount(top)}
      </span>
      <svg
        role="img"
        aria-label={`Sightings by day: ${formatCountOf(analysis.sightings, 'sighting')} from ${columns[0]?.from} to ${columns.at(-1)?.until}`}
        viewBox={`0 0 ${columns.length * 10} ${chartHeight}`}
        preserveAspectRatio="none"
      >
        {columns.map((column, index) => (
          <Bar key={column.from} column={column} left={index * 10} top={top} />
        ))}
      </svg>
      <span className={classes['axis']} aria-hidden="true">
        <span>{columns[0]?.from}</span>
        <span>{columns.at(-1)?.until} UTC</span>
      </span>
    </div>
  )
}

function Bar({
  column: { from, until, sightings, values },
  left,
  top,
}: {
  column: DayColumn
  left: number
  top: number
}) {
  // What is there at all is seen beside a thousand.
  const height = sightings === 0 ? 0 : Math.max(sightings / top, 0.02) * (chartHeight - 4)
  const days = from === until ? from : `${from} to ${until}`
  const seen = from === until ? `of ${formatCountOf(values, 'value')}` : `of ${formatCount(values)} or more values`
  return (
    <g className={classes['column']}>
      <title>{`${days}\n${formatCountOf(sightings, 'sighting')} ${seen}`}</title>
      <rect x={left} y={0} width={10} height={chartHeight} className={classes['ground']} />
      <rect x={left + 1} y={chartHeight - height} width={8} height={height} className={classes['bar']} />
    </g>
  )
}

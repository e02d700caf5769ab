import type { SightingAnalysis } from '@postern/protocol'
import { DayChart } from '../elements/day-chart.tsx'
import { formatCount, formatCountOf } from '../format/quantities.ts'
import { type DayColumn, dayColumns } from './day-columns.ts'

interface SightingChartProps {
  analysis: SightingAnalysis
  period: { from: string; to: string }
}

/** Sightings by day of UTC. */
export function SightingChart({ analysis, period }: SightingChartProps) {
  function columnsOf(columnsMax: number) {
    const columns = dayColumns(analysis.days, period, columnsMax)
    const top = Math.max(1, ...columns.map(({ sightings }) => sightings))
    // What is there at all is seen beside a thousand.
    const height = ({ sightings }: DayColumn) => (sightings === 0 ? 0 : Math.max(sightings / top, 0.02))
    return { columns: columns.map((column) => ({ ...column, height: height(column) })), top }
  }
  return (
    <DayChart
      columnsOf={columnsOf}
      words={(columns) =>
        `Sightings by day: ${formatCountOf(analysis.sightings, 'sighting')} from ${columns[0]?.from} to ${columns.at(-1)?.until}`
      }
      columnWords={(column) => [`${formatCountOf(column.sightings, 'sighting')} ${valuesOf(column)}`]}
      parts={({ height }) => [{ height }]}
    />
  )
}

function valuesOf({ from, until, values }: DayColumn): string {
  return from === until ? `of ${formatCountOf(values, 'value')}` : `of ${formatCount(values)} or more values`
}

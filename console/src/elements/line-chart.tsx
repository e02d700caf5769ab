import { useElementSize } from '@mantine/hooks'
import { useState } from 'react'
import classes from './line-chart.module.css'
import { linePieces, nearestPoint, type ChartPoint } from './line-pieces.ts'

interface LineChartProps {
  /** The chart in words, for whoever does not see it. */
  label: string
  /** Oldest first. */
  points: readonly ChartPoint[]
  fromMs: number
  toMs: number
  /** Points further apart than this many milliseconds are not joined: nothing was heard in between. */
  gapMs: number
  /** What the top of the chart stands for. */
  top: number
  format: (value: number) => string
  formatTime: (ms: number) => string
}

const height = 96

/** Values over time: a line of averages, and above it, paler, the highest of each step. */
export function LineChart({ label, points, fromMs, toMs, gapMs, top, format, formatTime }: LineChartProps) {
  const { ref, width: measured } = useElementSize()
  const width = Math.max(120, measured)
  const [pointed, setPointed] = useState<number>()
  const place = {
    x: (ms: number) => ((ms - fromMs) / Math.max(1, toMs - fromMs)) * width,
    y: (value: number) => height - (Math.min(value, top) / top) * (height - 3) - 1,
  }
  const { line, area, highest } = linePieces(points, gapMs, place, height)
  const shown = pointed === undefined ? undefined : nearestPoint(points, fromMs + pointed * (toMs - fromMs), gapMs)
  return (
    <div className={classes['chart']}>
      <span className={classes['top']} aria-hidden="true">
        {format(top)}
      </span>
      <div ref={ref} className={classes['plot']}>
        <svg
          role="img"
          aria-label={label}
          viewBox={`0 0 ${width} ${height}`}
          preserveAspectRatio="none"
          onPointerMove={(event) => {
            const box = event.currentTarget.getBoundingClientRect()
            setPointed((event.clientX - box.left) / Math.max(1, box.width))
          }}
          onPointerLeave={() => setPointed(undefined)}
        >
          {[0.25, 0.5, 0.75].map((share) => (
            <line key={share} className={classes['grid']} x1={0} x2={width} y1={height * share} y2={height * share} />
          ))}
          <path className={classes['highest']} d={highest} />
          <path className={classes['area']} d={area} />
          <path className={classes['line']} d={line} />
          {shown && (
            <>
              <line className={classes['guide']} x1={place.x(shown.ms)} x2={place.x(shown.ms)} y1={0} y2={height} />
              <circle className={classes['dot']} cx={place.x(shown.ms)} cy={place.y(shown.value)} r={3} />
            </>
          )}
        </svg>
      </div>
      <span className={classes['axis']} aria-hidden="true">
        {shown ? (
          <span className={classes['reading']}>
            {formatTime(shown.ms)}: <strong>{format(shown.value)}</strong>
            {shown.highest !== undefined && shown.highest > shown.value && `, at most ${format(shown.highest)}`}
          </span>
        ) : (
          <>
            <span>{formatTime(fromMs)}</span>
            <span>{formatTime(toMs)}</span>
          </>
        )}
      </span>
    </div>
  )
}

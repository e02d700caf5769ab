import type { ServerTelemetry, TelemetryPoint } from '@postern/protocol'
import type { ChartPoint } from '../../elements/line-pieces.ts'
import { LineChart } from '../../elements/line-chart.tsx'
import { type Gauge, topOf } from './gauges.ts'
import classes from './telemetry.module.css'

/** Shares from which on a gauge stands out; the hub calls a disk or a memory of 95 % unhealthy. */
const shareNoticed = 0.85
const shareBad = 0.95

interface GaugeCardProps {
  gauge: Gauge
  telemetry: ServerTelemetry
  formatTime: (ms: number) => string
}

/** A figure as it stands now, and its curve over the time that was chosen. */
export function GaugeCard({ gauge, telemetry, formatTime }: GaugeCardProps) {
  const { now, points, stepSeconds, from, to } = telemetry
  const share = now && gauge.share?.(now)
  return (
    <section className={classes['gauge']} aria-label={gauge.name}>
      <h3>{gauge.name}</h3>
      <p className={classes['figure']}>
        <strong>{now ? gauge.now(now) : '–'}</strong>
        {now && <span className={classes['of']}>{gauge.of(now)}</span>}
      </p>
      {share != null && (
        <span className={classes['bar']} aria-hidden="true">
          <span data-tone={toneOf(share)} style={{ inlineSize: `${Math.round(share * 100)}%` }} />
        </span>
      )}
      <LineChart
        label={inWords(gauge, points)}
        points={points.flatMap((point) => chartPoint(gauge, point))}
        fromMs={Date.parse(from)}
        toMs={Date.parse(to)}
        gapMs={gapMs(stepSeconds)}
        top={topOf(gauge, points)}
        format={gauge.format}
        formatTime={formatTime}
      />
    </section>
  )
}

/** A message may be late or lost; two in a row are silence. Telemetry may be sent as rarely as once an hour. */
function gapMs(stepSeconds: number): number {
  return Math.max(3.5 * stepSeconds, 40) * 1000
}

function toneOf(share: number): 'good' | 'notice' | 'bad' {
  if (share > shareBad) return 'bad'
  return share > shareNoticed ? 'notice' : 'good'
}

function chartPoint(gauge: Gauge, point: TelemetryPoint): ChartPoint[] {
  const value = gauge.value(point)
  if (value === null) return []
  return [{ ms: Date.parse(point.at), value, highest: gauge.highest?.(point) ?? undefined }]
}

function inWords(gauge: Gauge, points: readonly TelemetryPoint[]): string {
  const values = points.map((point) => gauge.value(point)).filter((value) => value !== null)
  const last = values.at(-1)
  if (last === undefined) return `${gauge.name}: nothing was heard in this time`
  const highest = points.map((point) => gauge.highest?.(point) ?? gauge.value(point) ?? 0)
  const [low, high] = [Math.min(...values), Math.max(...highest)]
  return `${gauge.name}: ${gauge.format(last)} at the end, between ${gauge.format(low)} and ${gauge.format(high)}`
}

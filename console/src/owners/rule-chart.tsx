import { previewWords, type RulePreview, spanWords } from './rule-preview.ts'
import classes from './owners.module.css'

const width = 600
const height = 100

/** The confidence over time, as steps. */
export function RuleChart({ preview }: { preview: RulePreview }) {
  const { points, endHours } = preview
  const last = Math.max(endHours, 1)
  const x = (hours: number) => (hours / (last * 1.06)) * width
  const y = (confidence: number) => height - (confidence / 100) * (height - 6) - 1
  let path = ''
  for (const [index, { hours, confidence }] of points.entries()) {
    path += index === 0 ? `M0 ${y(confidence)}` : `H${x(hours)}V${y(confidence)}`
  }
  path += `H${x(last)}`
  return (
    <figure className={classes['figure']}>
      <div className={classes['plot']}>
        <span className={classes['scale']} aria-hidden="true">
          <span>100</span>
          <span>50</span>
          <span>0</span>
        </span>
        <svg
          role="img"
          aria-label={`Confidence over time: ${previewWords(preview)}`}
          viewBox={`0 0 ${width} ${height}`}
          preserveAspectRatio="none"
        >
          <path d={`M0 ${y(50)}H${width}`} className={classes['line']} />
          <path d={`${path}V${height}H0Z`} className={classes['area']} />
          <path d={path} className={classes['curve']} />
          <path d={`M${x(last)} 0V${height}`} className={classes['end']} />
        </svg>
      </div>
      <span className={classes['times']} aria-hidden="true">
        <span>said</span>
        <span>{spanWords(Math.round(last / 2))}</span>
        <span>{spanWords(last)}</span>
      </span>
      <figcaption>{previewWords(preview)}</figcaption>
    </figure>
  )
}

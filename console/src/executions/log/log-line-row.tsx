import { memo } from 'react'
import { MoreButton } from '../../elements/long-text.tsx'
import { PlainText } from '../../elements/plain-text.tsx'
import { formatUtcTime } from '../../format/instants.ts'
import { lineKey, type LogRow } from './log-lines.ts'
import classes from './log-view.module.css'
import { shortenedLine } from './shortened-line.ts'

interface LogLineRowProps {
  row: LogRow
  index: number
  startPx: number
  measure: (element: HTMLElement | null) => void
  /** Whether another attempt's lines end before it. */
  beginsAttempt: boolean
  search: string
  isCurrent: boolean
  isOpen: boolean
  onOpen: (key: string) => void
}

/** One line of a log. Text is only text, whatever an app wrote (S13). */
export const LogLineRow = memo(function LogLineRow(props: LogLineRowProps) {
  const { row, index, startPx, measure, beginsAttempt, search, isCurrent, isOpen, onOpen } = props
  const { shown, hidden } = shortenedLine(row.text, isOpen, search)
  return (
    <div
      ref={measure}
      data-index={index}
      data-level={row.level}
      data-stream={row.stream}
      data-current={isCurrent || undefined}
      className={classes['place']}
      style={{ transform: `translateY(${startPx}px)` }}
    >
      {beginsAttempt && <p className={classes['attempt']}>Attempt {row.attempt}</p>}
      <div className={classes['line']}>
        <time dateTime={row.at} title={row.at} className={classes['time']}>
          {formatUtcTime(row.at)}
        </time>
        <span className={classes['level']}>{row.level}</span>
        <span className={classes['stream']} title={streamTitles[row.stream]}>
          {row.stream}
        </span>
        <span className={classes['text']}>
          <PlainText text={shown} highlight={search} />
          {hidden > 0 && <MoreButton hidden={hidden} onOpen={() => onOpen(lineKey(row))} />}
        </span>
      </div>
    </div>
  )
})

const streamTitles: Record<LogRow['stream'], string> = {
  stdout: 'What the app printed',
  stderr: 'What the app printed to standard error',
  app: 'The app’s log file',
  server: 'Written by the environment server about the execution',
}

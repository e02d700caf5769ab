import { useDebouncedValue } from '@mantine/hooks'
import type { ExecutionDetail } from '@postern/protocol'
import { useDeferredValue, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { useShortcut } from '../../app/shortcuts.ts'
import { EmptyState } from '../../elements/empty-state.tsx'
import { ProblemAlert } from '../../elements/problem-alert.tsx'
import { SkeletonRows } from '../../elements/skeleton-rows.tsx'
import { formatCount, formatCountOf } from '../../format/quantities.ts'
import { hasEnded } from '../has-ended.ts'
import { filterLines, type LogLevel, matchingPositions, nextMatch } from './log-filter.ts'
import type { LogReader, LogSnapshot } from './log-reader.ts'
import classes from './log-section.module.css'
import { LogToolbar } from './log-toolbar.tsx'
import { LogView } from './log-view.tsx'

/** Milliseconds after the last key before a search runs over the log. */
const searchRestMs = 150

/** The log: live, filtered by level, searched, following its end. */
export function LogSection({ execution, reader }: { execution: ExecutionDetail; reader: LogReader }) {
  const snapshot = useSyncExternalStore(
    (listener) => reader.onChange(listener),
    () => reader.snapshot,
  )
  useEffect(() => reader.start(), [reader])
  const [level, setLevel] = useState<LogLevel>('trace')
  const [typed, setTyped] = useState('')
  const [search] = useDebouncedValue(typed, searchRestMs)
  const [onlyMatches, setOnlyMatches] = useState(false)
  const [match, setMatch] = useState(-1)
  // Whoever opens a running execution wants its end; whoever opens an ended one reads from the beginning.
  const [follows, setFollows] = useState(!hasEnded(execution.state))
  const shown = useDeferredValue(snapshot)
  const rows = useMemo(
    () => filterLines(shown.rows, { level, search, onlyMatches }),
    [shown, level, search, onlyMatches],
  )
  const matches = useMemo(() => matchingPositions(rows, search), [rows, shown, search])
  useShortcut('follow', () => setFollows(!follows))

  function goToMatch(step: 1 | -1) {
    setFollows(false)
    setMatch(nextMatch(matches.length, Math.min(match, matches.length - 1), step))
  }

  if (snapshot.status === 'unread' && snapshot.rows.length === 0)
    return <SkeletonRows label="Loading the log" rows={10} />
  if (snapshot.status === 'failed' && snapshot.rows.length === 0) {
    return <ProblemAlert what="The log" error={snapshot.error} onRetry={() => reader.start()} />
  }
  return (
    <section aria-label="Log" className={classes['section']}>
      <LogToolbar
        level={level}
        onLevel={setLevel}
        search={typed}
        onSearch={(text) => {
          setTyped(text)
          setMatch(-1)
        }}
        onlyMatches={onlyMatches}
        onOnlyMatches={setOnlyMatches}
        found={search === '' ? undefined : { count: matches.length, current: match }}
        onGoTo={goToMatch}
        follows={follows}
        onFollows={setFollows}
      />
      {snapshot.status === 'failed' && (
        <ProblemAlert what="The log stops here" error={snapshot.error} onRetry={() => reader.start()} />
      )}
      {rows.length === 0 ? (
        <NoLines snapshot={snapshot} hasEnded={hasEnded(execution.state)} />
      ) : (
        <LogView
          rows={rows}
          version={shown}
          search={search}
          current={matches[match] ?? -1}
          follows={follows}
          onFollows={setFollows}
        />
      )}
      <p className={classes['foot']}>{footOf(snapshot, rows.length)}</p>
    </section>
  )
}

function NoLines({ snapshot, hasEnded }: { snapshot: LogSnapshot; hasEnded: boolean }) {
  if (snapshot.rows.length > 0) return <EmptyState title="No line fits the filter" />
  if (snapshot.status === 'reading') return <SkeletonRows label="Loading the log" rows={10} />
  return hasEnded ? (
    <EmptyState title="The log is empty">
      Nothing was written to it, neither by the app nor by an environment server.
    </EmptyState>
  ) : (
    <EmptyState title="No lines yet">They appear here as the app writes them.</EmptyState>
  )
}

function footOf(snapshot: LogSnapshot, shown: number): string {
  const read = snapshot.rows.length
  const parts = [
    shown === read ? formatCountOf(read, 'line') : `${formatCount(shown)} of ${formatCountOf(read, 'line')}`,
  ]
  if (snapshot.dropped > 0)
    parts.push(`the first ${formatCountOf(snapshot.dropped, 'line')} are left out here; the API has them`)
  if (snapshot.status === 'reading') parts.push('reading on …')
  return `${parts.join(', ')}. Times are UTC.`
}

import type { Attempt } from '@postern/protocol'
import { PlainText } from '../elements/plain-text.tsx'
import { StateBadge } from '../elements/state-badge.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { formatBytes, formatDuration } from '../format/quantities.ts'
import classes from './attempt-table.module.css'
import { attemptFaces } from './execution-faces.ts'
import { Tier } from './execution-facts.tsx'

/** Every attempt, the last one last: the story of a failover. A single attempt's facts stand in the facts already. */
export function AttemptTable({ attempts }: { attempts: readonly Attempt[] }) {
  return (
    <details className={classes['attempts']} open>
      <summary>{attempts.length} attempts</summary>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls sideways must be reachable by keys */}
      <div className={classes['scroll']} role="region" aria-label="Attempts" tabIndex={0}>
        <table>
          <thead>
            <tr>
              {columnNames.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {attempts.map((attempt) => (
              <AttemptRow key={attempt.number} attempt={attempt} />
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

const columnNames = [
  'No.',
  'State',
  'Environment server',
  'Reason',
  'Dispatched',
  'Started',
  'Ran',
  'Exit',
  'Tier',
  'Used',
]

function AttemptRow({ attempt }: { attempt: Attempt }) {
  return (
    <tr>
      <th scope="row">{attempt.number}</th>
      <td>
        <StateBadge face={attemptFaces[attempt.state]} />
      </td>
      <td className={classes['wide']}>
        <PlainText text={attempt.serverName} />
      </td>
      <td className={classes['wide']}>{attempt.reason ? <PlainText text={attempt.reason} /> : '–'}</td>
      <td>
        <Timestamp instant={attempt.dispatchedAt} relative={false} />
      </td>
      <td>{sinceWords(attempt.dispatchedAt, attempt.startedAt, '+')}</td>
      <td>{sinceWords(attempt.startedAt, attempt.finishedAt)}</td>
      <td>{attempt.exitCode ?? '–'}</td>
      <td>{attempt.tier ? <Tier tier={attempt.tier} /> : '–'}</td>
      <td>{usageWords(attempt.usage)}</td>
    </tr>
  )
}

function sinceWords(from: string | null, to: string | null, sign = ''): string {
  if (from === null || to === null) return '–'
  return `${sign}${formatDuration(Date.parse(to) - Date.parse(from))}`
}

function usageWords(usage: Attempt['usage']): string {
  if (!usage) return '–'
  const parts = []
  if (usage.cpuSeconds !== null) parts.push(`${formatDuration(usage.cpuSeconds * 1000)} CPU`)
  if (usage.memoryPeakBytes !== null) parts.push(formatBytes(usage.memoryPeakBytes))
  return parts.join(', ') || '–'
}

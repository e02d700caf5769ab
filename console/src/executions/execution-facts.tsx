import type { ExecutionDetail } from '@postern/protocol'
import { Fact, Facts } from '../elements/facts.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { StateBadge } from '../elements/state-badge.tsx'
import { formatBytes, formatDuration } from '../format/quantities.ts'
import { tierFaces } from './execution-faces.ts'
import { triggerWords } from './execution-words.ts'
import classes from './execution-facts.module.css'
import { Took } from './took.tsx'

/** Where and how it ran, by its last attempt. */
export function ExecutionFacts({ execution }: { execution: ExecutionDetail }) {
  const attempt = execution.attempts.at(-1)
  const usage = attempt?.usage
  return (
    <div className={classes['card']}>
      <Facts label="Facts">
        <Fact name="Environment">
          <PlainText text={execution.environmentName} />
        </Fact>
        <Fact name="Environment server">{attempt ? <PlainText text={attempt.serverName} /> : 'None yet'}</Fact>
        <Fact name="Kept apart by">
          {attempt?.tier ? <Tier tier={attempt.tier} /> : 'Known once the app has started'}
        </Fact>
        <Fact name="Trigger">{triggerWords[execution.trigger]}</Fact>
        <Fact name="Took">
          <Took {...execution} />
        </Fact>
        <Fact name="CPU time">
          {usage?.cpuSeconds == null ? 'Not measured' : formatDuration(usage.cpuSeconds * 1000)}
        </Fact>
        <Fact name="Memory peak">
          {usage?.memoryPeakBytes == null ? 'Not measured' : formatBytes(usage.memoryPeakBytes)}
        </Fact>
        <Fact name="Exit code">{attempt?.exitCode == null ? 'None' : <code>{attempt.exitCode}</code>}</Fact>
        {attempt?.reason && (
          <Fact name="Reason" isLong>
            <PlainText text={attempt.reason} />
          </Fact>
        )}
      </Facts>
    </div>
  )
}

export function Tier({ tier }: { tier: keyof typeof tierFaces }) {
  return <StateBadge face={tierFaces[tier]} />
}

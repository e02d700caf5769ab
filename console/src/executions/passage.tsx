import type { ExecutionDetail } from '@postern/protocol'
import { Timestamp } from '../elements/timestamp.tsx'
import { formatDuration } from '../format/quantities.ts'
import { hasEnded } from './has-ended.ts'
import { passageSteps } from './passage-steps.ts'
import classes from './passage.module.css'

/** The way through the gate: when each step was reached, and how long it took from the one before. */
export function Passage({ execution }: { execution: ExecutionDetail }) {
  const steps = passageSteps(execution, hasEnded(execution.state))
  return (
    <ol className={classes['passage']} aria-label="Times">
      {steps.map((step) => (
        <li key={step.name} className={classes['step']} data-status={step.status}>
          <span className={classes['gate']} aria-hidden="true" />
          <span className={classes['name']}>
            {step.name}
            {step.sinceMs !== undefined && <span className={classes['since']}> +{formatDuration(step.sinceMs)}</span>}
          </span>
          <span className={classes['at']}>
            {step.at ? <Timestamp instant={step.at} relative={step.name === 'Created'} /> : notReached[step.status]}
          </span>
        </li>
      ))}
    </ol>
  )
}

const notReached = { done: '', current: 'Comes next', ahead: '–', skipped: 'Never' } as const

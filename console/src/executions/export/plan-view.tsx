import type { Plan } from '@postern/protocol'
import { hubQueries } from '../../api/hub-queries.ts'
import { CopyButton } from '../../elements/copy-button.tsx'
import { Count, Counts } from '../../elements/count.tsx'
import { EmptyState } from '../../elements/empty-state.tsx'
import { Fact, Facts } from '../../elements/facts.tsx'
import { PlainText } from '../../elements/plain-text.tsx'
import { StateBadge } from '../../elements/state-badge.tsx'
import { Timestamp } from '../../elements/timestamp.tsx'
import { formatCount } from '../../format/quantities.ts'
import { planFaces } from '../execution-faces.ts'
import { DiffTable } from './diff-table.tsx'
import classes from './export.module.css'
import { GuardList } from './guard-list.tsx'
import { NotTaken } from './not-taken.tsx'
import { PlanDecisionBox } from './plan-decision-box.tsx'
import { SignatureWarning, SignedBy } from './signed-by.tsx'

export function PlanView({ plan }: { plan: Plan }) {
  const face = planFaces[plan.state]
  return (
    <>
      <div className={classes['verdict']}>
        <StateBadge face={face} large />
        <p>{face.meaning}</p>
      </div>
      <SignatureWarning signature={plan.signature} />
      {plan.state === 'waiting' && <PlanDecisionBox plan={plan} />}
      <Counts label="The plan in figures">
        <Count value={plan.desired} label="Desired" hint="Values of the data collection that this control can take" />
        <Count value={plan.held} label="Held before" hint="Values that the control held when it was read" />
        <Count value={plan.add} label="To add" tone="good" />
        <Count value={plan.remove} label="To remove" tone="notice" />
      </Counts>
      <div className={classes['card']}>
        <Facts label="The plan" isWide>
          <Fact name="Control">
            <PlainText text={plan.control} />
          </Fact>
          <Fact name="Target">
            <PlainText text={plan.target} />
          </Fact>
          <Fact name="Data collection">
            <PlainText text={plan.collectionName} /> version {formatCount(plan.collectionVersion)}
          </Fact>
          <Fact name="Made">
            <Timestamp instant={plan.createdAt} />
          </Fact>
          {plan.decidedBy && (
            <Fact name="Decided by">
              <PlainText text={plan.decidedBy} />
            </Fact>
          )}
          <Fact name="Checksum">
            <span className={classes['checksum']}>
              <code>{plan.checksum}</code>
              <CopyButton text={plan.checksum} label="Copy the checksum" />
            </span>
          </Fact>
          <SignedBy signature={plan.signature} />
        </Facts>
      </div>
      <GuardList guards={plan.guards} />
      <NotTaken notTaken={plan.notTaken} />
      <h3 className={classes['heading']}>Values</h3>
      <PlanValues plan={plan} />
    </>
  )
}

function PlanValues({ plan }: { plan: Plan }) {
  if (plan.state === 'draft') return <EmptyState title="The values are still being written" />
  if (plan.add + plan.remove === 0) {
    return <EmptyState title="Nothing to change">The control held exactly what it should.</EmptyState>
  }
  const leavesOut = Object.keys(plan.notTaken).length > 0
  return (
    <DiffTable
      label="Values of the plan"
      query={hubQueries.planValues(plan.id)}
      // How many of those left out are named, is not counted.
      {...(leavesOut ? {} : { total: plan.add + plan.remove })}
      hasReasons={leavesOut}
    />
  )
}

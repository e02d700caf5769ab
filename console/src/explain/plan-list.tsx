import type { IndicatorInPlan } from '@postern/protocol'
import { Link } from '@tanstack/react-router'
import { PlainText } from '../elements/plain-text.tsx'
import { Section } from '../elements/section.tsx'
import { StateBadge } from '../elements/state-badge.tsx'
import { planFaces } from '../executions/execution-faces.ts'
import { plainText } from '../format/text-pieces.ts'
import classes from './explain.module.css'

/** What plans in progress do with it, which no receipt tells yet. */
export function PlanList({ plans }: { plans: readonly IndicatorInPlan[] }) {
  if (plans.length === 0) return null
  return (
    <Section title="In plans" summary="In progress; no receipt tells of them yet">
      <ul className={classes['places']}>
        {plans.map((plan) => (
          <li key={plan.planId}>
            <StateBadge face={planFaces[plan.state]} />
            <span>
              <PlainText text={plan.controlName} /> · <PlainText text={plan.target} />
            </span>
            <PlanWords plan={plan} />
          </li>
        ))}
      </ul>
    </Section>
  )
}

/** In a sentence, with the way to the plan. */
export function PlanWords({ plan }: { plan: IndicatorInPlan }) {
  const { planId, executionId } = plan
  return (
    <span>
      <PlainText text={changeWords(plan)} />{' '}
      <Link to="/executions/$executionId" params={{ executionId }} search={{ view: 'plan', plan: planId }}>
        Plan {planId}
      </Link>
    </span>
  )
}

function changeWords({ change, reason }: IndicatorInPlan): string {
  switch (change) {
    case 'add':
      return 'It is to be added.'
    case 'remove':
      return 'It is to be taken out.'
    case 'left-out':
      return `The app leaves it out: ${plainText(reason ?? 'it does not say why')}.`
    case null:
      return 'What it does with this value was not looked up: plans in progress are too large.'
  }
}

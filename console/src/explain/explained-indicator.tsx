import type {
  ExplainedIndicator as Explained,
  IndicatorDetail,
  IndicatorInPlan,
  IndicatorOnTarget,
} from '@postern/protocol'
import { Link } from '@tanstack/react-router'
import { PlainText } from '../elements/plain-text.tsx'
import { StateBadge } from '../elements/state-badge.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { planFaces } from '../executions/execution-faces.ts'
import { SignatureMark } from '../executions/export/signature-mark.tsx'
import { plainText } from '../format/text-pieces.ts'
import { AssertionList } from '../indicators/assertion-list.tsx'
import { heldWords } from '../indicators/held-words.ts'
import { onTargetFaces } from '../indicators/indicator-faces.ts'
import { LifecycleOf } from '../indicators/lifecycle-section.tsx'
import { CollectionSection } from './collection-section.tsx'
import { CoveringList } from './covering-list.tsx'
import classes from './explain.module.css'
import { explanationOf, stepsInLibrary } from './explanation.ts'
import { ExplainedArticle } from './explained-article.tsx'
import { PlanList, PlanWords } from './plan-list.tsx'
import { ServedList } from './served-list.tsx'
import { Way } from './way.tsx'

/** One value of the library: its way to each control, and then all that the way rests on. */
export function ExplainedIndicator({ explained: { indicator, lifecycle, exports } }: { explained: Explained }) {
  const { targets, plans, collections, covering } = exports
  const ofTarget = ({ controlId, target }: IndicatorOnTarget) =>
    plans.filter((plan) => plan.controlId === controlId && plan.target === target)
  const told = new Set(targets.flatMap(ofTarget))
  return (
    <ExplainedArticle
      type={indicator.type}
      value={indicator.value}
      indicatorId={indicator.id}
      verdict={targets.length === 0 ? 'No control has reported yet.' : `${heldWords(targets)}.`}
    >
      {targets.length === 0 && (
        <div className={classes['way']}>
          <Way label="In the library" steps={stepsInLibrary(indicator)} />
        </div>
      )}
      {targets.map((target) => (
        <TargetWay
          key={`${target.controlId} ${target.target}`}
          indicator={indicator}
          target={target}
          plans={ofTarget(target)}
          membership={collections.find(({ collectionId }) => collectionId === target.collectionId)}
        />
      ))}
      <PlanList plans={plans.filter((plan) => !told.has(plan))} />
      <CollectionSection collections={collections} />
      <ServedList type={indicator.type} exports={exports} />
      <CoveringList covering={covering} />
      <AssertionList indicator={indicator} />
      <LifecycleOf lifecycle={lifecycle} />
    </ExplainedArticle>
  )
}

interface TargetWayProps {
  indicator: IndicatorDetail
  target: IndicatorOnTarget
  /** Those in progress for it. */
  plans: readonly IndicatorInPlan[]
  membership: Parameters<typeof explanationOf>[1]
}

function TargetWay({ indicator, target, plans, membership }: TargetWayProps) {
  const { receiptId, executionId, checkedAt } = target
  const name = `${plainText(target.controlName)}, ${plainText(target.target)}`
  return (
    <article className={classes['way']} aria-label={name}>
      <header className={classes['wayHead']}>
        <h3>
          <PlainText text={target.controlName} /> · <PlainText text={target.target} />
        </h3>
        <StateBadge face={onTargetFaces[target.state]} />
        <SignatureMark signature={target.signature} />
      </header>
      <Way label={`Its way to ${name}`} steps={explanationOf(indicator, membership, target)} />
      <p className={classes['proof']}>
        Looked at <Timestamp instant={checkedAt} />, as{' '}
        <Link to="/receipts/$receiptId" params={{ receiptId }}>
          receipt {receiptId}
        </Link>{' '}
        says, of{' '}
        <Link to="/executions/$executionId" params={{ executionId }} search={{ view: 'receipt' }}>
          execution {executionId}
        </Link>
        .
      </p>
      {plans.map((plan) => (
        <p key={plan.planId} className={classes['wayHead']}>
          <StateBadge face={planFaces[plan.state]} />
          <PlanWords plan={plan} />
        </p>
      ))}
    </article>
  )
}

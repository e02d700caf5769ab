import type { IndicatorDetail, IndicatorOnTarget } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { indicatorQueries } from '../api/indicator-queries.ts'
import { CollectionTable } from '../indicators/collection-table.tsx'
import { Chip } from '../elements/chip.tsx'
import { LongText } from '../elements/long-text.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { Section } from '../elements/section.tsx'
import { SkeletonRows } from '../elements/skeleton-rows.tsx'
import { StateBadge } from '../elements/state-badge.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { formatCountOf } from '../format/quantities.ts'
import { plainText } from '../format/text-pieces.ts'
import { AssertionList } from '../indicators/assertion-list.tsx'
import { indicatorTypeLabel, onTargetFaces } from '../indicators/indicator-faces.ts'
import { LifecycleSection } from '../indicators/lifecycle-section.tsx'
import { CoveringList } from './covering-list.tsx'
import classes from './explain.module.css'
import { explanationOf, stepsInLibrary } from './explanation.ts'
import { ServedList } from './served-list.tsx'
import { Way } from './way.tsx'

/** One value of the library: its way to each control, and then all that the way rests on. */
export function ExplainedIndicator({ indicatorId }: { indicatorId: string }) {
  const detail = useQuery(indicatorQueries.detail(indicatorId))
  const exports = useQuery(indicatorQueries.exports(indicatorId))
  const error = detail.error ?? exports.error
  if (error) {
    const again = () => void Promise.all([detail.refetch(), exports.refetch()])
    return <ProblemAlert what="The explanation" error={error} onRetry={again} />
  }
  if (!detail.data || !exports.data) return <SkeletonRows label="Loading the explanation" />
  const indicator = detail.data
  const { targets, collections } = exports.data
  const held = targets.filter(({ state }) => state === 'held' || state === 'extra').length
  return (
    <>
      <p className={classes['found']}>
        <Chip>{indicatorTypeLabel(indicator.type)}</Chip>
        <Link to="/indicators/$indicatorId" params={{ indicatorId }}>
          <LongText text={indicator.value} />
        </Link>
        <span>
          {targets.length === 0
            ? 'No control has reported yet.'
            : `Held on ${held} of ${formatCountOf(targets.length, 'target')}.`}
        </span>
      </p>
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
          membership={collections.find(({ collectionId }) => collectionId === target.collectionId)}
        />
      ))}
      {collections.length > 0 && (
        <Section title="In data collections">
          <CollectionTable collections={collections} />
        </Section>
      )}
      <ServedList served={exports.data.served} />
      <CoveringList covering={exports.data.covering} />
      <AssertionList assertions={indicator.assertions} decision={indicator.decision} />
      <LifecycleSection indicatorId={indicatorId} />
    </>
  )
}

interface TargetWayProps {
  indicator: IndicatorDetail
  target: IndicatorOnTarget
  membership: Parameters<typeof explanationOf>[1]
}

function TargetWay({ indicator, target, membership }: TargetWayProps) {
  const { receiptId, executionId, checkedAt } = target
  const name = `${plainText(target.controlName)}, ${plainText(target.target)}`
  return (
    <article className={classes['way']} aria-label={name}>
      <header className={classes['wayHead']}>
        <h3>
          <PlainText text={target.controlName} /> · <PlainText text={target.target} />
        </h3>
        <StateBadge face={onTargetFaces[target.state]} />
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
    </article>
  )
}

import type { AssertionLifecycle, IndicatorLifecycle, LifecycleTerm } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { sightingQueries } from '../api/sighting-queries.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { Section } from '../elements/section.tsx'
import { SkeletonRows } from '../elements/skeleton-rows.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { formatCountOf } from '../format/quantities.ts'
import { plainText } from '../format/text-pieces.ts'
import { statusWords } from './indicator-faces.ts'
import classes from './lifecycle-section.module.css'

const title = 'How its values came about'

/** How each owner's word became what is in force: the sum, line by line (LIB-9). */
export function LifecycleSection({ indicatorId }: { indicatorId: string }) {
  const query = useQuery(sightingQueries.lifecycle(indicatorId))
  const { data } = query
  return (
    <Section title={title} summary={data && summaryOf(data)}>
      {query.isPending && <SkeletonRows label="Loading how its values came about" rows={3} />}
      {query.isError && (
        <ProblemAlert
          what={data ? 'What you see may be old' : 'How its values came about'}
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      )}
      {data && <LifecycleSums lifecycle={data} />}
    </Section>
  )
}

/** The same of an explanation, which brings it along. */
export function LifecycleOf({ lifecycle }: { lifecycle: IndicatorLifecycle }) {
  return (
    <Section title={title} summary={summaryOf(lifecycle)}>
      <LifecycleSums lifecycle={lifecycle} />
    </Section>
  )
}

function LifecycleSums({ lifecycle: { assertions } }: { lifecycle: IndicatorLifecycle }) {
  if (assertions.length === 0) return <EmptyState title="No owner that you may read asserts it" />
  return assertions.map((assertion) => <AssertionSum key={assertion.ownerId} assertion={assertion} />)
}

function summaryOf({ sightingCount, falsePositiveCount }: IndicatorLifecycle): string {
  return `${formatCountOf(sightingCount, 'sighting')}, ${formatCountOf(falsePositiveCount, 'report')} of a false positive`
}

function AssertionSum({ assertion: { ownerName, now, terms, nextChangeAt } }: { assertion: AssertionLifecycle }) {
  return (
    <article className={classes['sum']} aria-label={`Sum of ${plainText(ownerName)}`}>
      <table>
        <caption>
          <strong>
            <PlainText text={ownerName} />
          </strong>
        </caption>
        <thead>
          <tr>
            <th scope="col">Term</th>
            <th scope="col">Confidence</th>
            <th scope="col">Rating</th>
          </tr>
        </thead>
        <tbody>
          {terms.map((term, index) => (
            // Terms are a sum: they have no identity but their place.
            // oxlint-disable-next-line react/no-array-index-key
            <TermRow key={index} term={term} />
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">
              In force: {statusWords(now)}
              {now.expiresAt !== null && (
                <>
                  , expires <Timestamp instant={now.expiresAt} />
                </>
              )}
            </th>
            <AfterTerm value={now.confidence} change={0} />
            <AfterTerm value={now.rating} change={0} />
          </tr>
        </tfoot>
      </table>
      <p className={classes['next']}>
        {nextChangeAt === null ? (
          'Nothing of it changes by itself.'
        ) : (
          <>
            Changes next by itself <Timestamp instant={nextChangeAt} />
          </>
        )}
      </p>
    </article>
  )
}

const termWords: Record<LifecycleTerm['term'], string> = {
  said: 'Said',
  deprecation: 'Deprecation',
  sightings: 'Sightings',
  'false-positives': 'False positives',
  expiry: 'Expiry',
  decision: 'Decision',
}

function TermRow({ term }: { term: LifecycleTerm }) {
  return (
    <tr>
      <th scope="row">
        <span className={classes['term']}>{termWords[term.term]}</span> <PlainText text={term.text} />
      </th>
      <AfterTerm value={term.confidence} change={term.confidenceChange} />
      <AfterTerm value={term.rating} change={term.ratingChange} />
    </tr>
  )
}

/** What a term leaves, and before it what it changed. */
function AfterTerm({ value, change }: { value: number | null; change: number }) {
  return (
    <td>
      <span className={classes['change']} data-sign={Math.sign(change)}>
        {signed(change)}
      </span>{' '}
      <span>{value ?? '–'}</span>
    </td>
  )
}

function signed(change: number): string {
  if (change === 0) return ''
  return change > 0 ? `+${change}` : `−${Math.abs(change)}`
}

import type { IndicatorExports } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { indicatorQueries } from '../api/indicator-queries.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { Section } from '../elements/section.tsx'
import { SkeletonRows } from '../elements/skeleton-rows.tsx'
import { valueLengthMax } from '../explain/explain-search.ts'
import { PlanList } from '../explain/plan-list.tsx'
import { CollectionTable } from './collection-table.tsx'
import { heldWords } from './held-words.ts'
import { TargetTable } from './target-table.tsx'

/** Where it goes: what controls hold of it and why not, and the data collections that would bring it there. */
export function ExportSections({ indicatorId, value }: { indicatorId: string; value: string }) {
  const query = useQuery(indicatorQueries.exports(indicatorId))
  const { data } = query
  return (
    <>
      <Section
        title="On controls"
        summary={data && onControls(data)}
        actions={
          value.length <= valueLengthMax && (
            <Link to="/explain" search={{ value }}>
              Explain why, step by step
            </Link>
          )
        }
      >
        {query.isPending && <SkeletonRows label="Loading where it is exported" rows={3} />}
        {query.isError && (
          <ProblemAlert
            what={data ? 'What you see may be old' : 'Where it is exported'}
            error={query.error}
            onRetry={() => void query.refetch()}
          />
        )}
        {data && data.targets.length > 0 && <TargetTable targets={data.targets} />}
        {data?.targets.length === 0 && (
          <EmptyState title="No control has reported yet">
            A control appears here with the first receipt of an export to it.
          </EmptyState>
        )}
      </Section>
      {data && <PlanList plans={data.plans} />}
      <Section title="In data collections" summary={data && inCollections(data)}>
        {query.isPending && <SkeletonRows label="Loading data collections" rows={2} />}
        {data && data.collections.length > 0 && <CollectionTable collections={data.collections} />}
        {data?.collections.length === 0 && (
          <EmptyState title="There are no data collections">
            A data collection is a saved query; exports carry it to controls.
          </EmptyState>
        )}
      </Section>
    </>
  )
}

function onControls({ targets }: IndicatorExports): string {
  return targets.length === 0 ? '' : heldWords(targets)
}

function inCollections({ collections }: IndicatorExports): string {
  if (collections.length === 0) return ''
  const holding = collections.filter(({ state }) => state === 'member').length
  return `In ${holding} of ${collections.length}`
}

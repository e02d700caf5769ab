import type { UnassertedIndicator as Unasserted } from '@postern/protocol'
import { EmptyState } from '../elements/empty-state.tsx'
import { Notice } from '../elements/notice.tsx'
import { Section } from '../elements/section.tsx'
import { Hits } from '../exclusions/hits.tsx'
import { TargetTable } from '../indicators/target-table.tsx'
import { CollectionSection } from './collection-section.tsx'
import { CoveringList } from './covering-list.tsx'
import { ExplainedArticle } from './explained-article.tsx'
import { PlanList } from './plan-list.tsx'
import { ServedList } from './served-list.tsx'

/** What nobody asserts: where it is all the same, what stands for it too, and what exclusion lists would do about it. */
export function UnassertedIndicator({ unasserted }: { unasserted: Unasserted }) {
  const { type, value, exclusions, exports } = unasserted
  const { targets, collections, plans, covering } = exports
  const isUnknown = exclusions.length === 0 && Object.values(exports).every((rows) => rows.length === 0)
  return (
    <ExplainedArticle type={type} value={value} verdict={verdictOf(unasserted)}>
      {isUnknown && (
        <EmptyState title="Nothing is known of it">
          It is in no data collection, on no control and on no exclusion list, and nothing that the library has stands
          for it too.
        </EmptyState>
      )}
      {exclusions.length > 0 && (
        <Notice>
          <p>If an owner asserted it, exclusion lists would say:</p>
          <Hits exclusions={exclusions} />
        </Notice>
      )}
      {targets.length > 0 && (
        <Section title="On controls" summary="From when an owner still asserted it">
          <TargetTable targets={targets} />
        </Section>
      )}
      <PlanList plans={plans} />
      <CollectionSection collections={collections} />
      <ServedList type={type} exports={exports} />
      <CoveringList covering={covering} />
    </ExplainedArticle>
  )
}

function verdictOf({ exports: { targets, covering } }: Unasserted): string {
  if (targets.length > 0) return 'No owner asserts it any more, and it is on controls still.'
  if (covering.some((each) => each.targets.length > 0))
    return 'No owner asserts it itself, but what covers it is on controls.'
  return 'No owner asserts it, so no control gets it from here.'
}

import type { Exclusion } from '@postern/protocol'
import { Notice } from '../elements/notice.tsx'
import { Section } from '../elements/section.tsx'
import { Hits } from '../exclusions/hits.tsx'
import { formatCountOf } from '../format/quantities.ts'

/** What exclusion lists say of it; nothing where none does. */
export function ExclusionSection({ exclusions }: { exclusions: readonly Exclusion[] }) {
  if (exclusions.length === 0) return null
  return (
    <Section title="On exclusion lists" summary={formatCountOf(exclusions.length, 'hit')}>
      <Notice>
        <Hits exclusions={exclusions} />
      </Notice>
    </Section>
  )
}

import type { IndicatorMembership } from '@postern/protocol'
import { Section } from '../elements/section.tsx'
import { CollectionTable } from '../indicators/collection-table.tsx'

/** Data collections that hold it, held it, or do not and why. */
export function CollectionSection({ collections }: { collections: readonly IndicatorMembership[] }) {
  if (collections.length === 0) return null
  return (
    <Section title="In data collections">
      <CollectionTable collections={collections} />
    </Section>
  )
}

import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { indicatorQueries } from '../api/indicator-queries.ts'
import { pages } from '../app/pages.ts'
import { useShortcut } from '../app/shortcuts.ts'
import { DetailPage } from '../elements/detail-page.tsx'
import { AssertionList } from './assertion-list.tsx'
import { ExclusionSection } from './exclusion-section.tsx'
import { ExportSections } from './export-sections.tsx'
import { GroupSection } from './group-section.tsx'
import { indicatorTypeLabel } from './indicator-faces.ts'
import { IndicatorHeader } from './indicator-header.tsx'
import { LifecycleSection } from './lifecycle-section.tsx'
import { LinkSection } from './link-section.tsx'
import { SightingSection } from './sighting-section.tsx'
import { useCopyValue } from './use-copy-value.ts'

/** One indicator: what it is, who says what of it and where they have it from, and where it goes. */
export function IndicatorPage() {
  const { indicatorId } = useParams({ from: '/signed-in/indicators/$indicatorId' })
  const query = useQuery(indicatorQueries.detail(indicatorId))
  const copyValue = useCopyValue()
  const indicator = query.data
  useShortcut('copy', () => indicator && copyValue(indicator.value))
  return (
    <DetailPage
      noun="indicator"
      list={pages.indicators}
      id={indicatorId}
      nameOf={({ value }) => value}
      crumbOf={({ type }) => indicatorTypeLabel(type)}
      query={query}
      whyGone="no owner may assert it any more"
    >
      {(shown) => (
        <>
          <IndicatorHeader indicator={shown} />
          <ExclusionSection exclusions={shown.exclusions} />
          <ExportSections indicatorId={shown.id} value={shown.value} />
          <AssertionList indicator={shown} />
          <LifecycleSection indicatorId={shown.id} />
          <SightingSection indicatorId={shown.id} />
          <GroupSection indicator={shown} />
          <LinkSection indicator={shown} />
        </>
      )}
    </DetailPage>
  )
}

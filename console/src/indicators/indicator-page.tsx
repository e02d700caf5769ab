import type { IndicatorDetail } from '@postern/protocol'
import { useDocumentTitle } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { ApiProblem } from '../api/api.ts'
import { indicatorQueries } from '../api/indicator-queries.ts'
import { useShortcut } from '../app/shortcuts.ts'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { SkeletonRows } from '../elements/skeleton-rows.tsx'
import { plainText } from '../format/text-pieces.ts'
import { AssertionList } from './assertion-list.tsx'
import { ExportSections } from './export-sections.tsx'
import { GroupSection } from './group-section.tsx'
import { indicatorTypeLabel } from './indicator-faces.ts'
import { IndicatorHeader } from './indicator-header.tsx'
import classes from './indicator-page.module.css'
import { LinkSection } from './link-section.tsx'
import { MissingIndicator } from './missing-indicator.tsx'
import { useCopyValue } from './use-copy-value.ts'

/** One indicator: what it is, who says what of it and where they have it from, and where it goes. */
export function IndicatorPage() {
  const { indicatorId } = useParams({ from: '/signed-in/indicators/$indicatorId' })
  const query = useQuery(indicatorQueries.detail(indicatorId))
  const copyValue = useCopyValue()
  const indicator = query.data
  useShortcut('copy', () => indicator && copyValue(indicator.value))
  // An id that is none is as unknown as one that nobody has.
  const isMissing =
    !indicator && query.error instanceof ApiProblem && ['not-found', 'invalid'].includes(query.error.code)
  useDocumentTitle(isMissing ? 'No such indicator · Postern' : titleOf(indicator))

  return (
    <div className={classes['page']}>
      <nav aria-label="Where you are" className={classes['crumbs']}>
        <Link to="/indicators">Indicators</Link>
        <span aria-hidden="true">/</span>
        <span aria-current="page">{indicator ? indicatorTypeLabel(indicator.type) : '…'}</span>
      </nav>
      {query.isPending && <SkeletonRows label="Loading the indicator" rows={6} />}
      {isMissing && <MissingIndicator />}
      {query.isError && !isMissing && (
        <ProblemAlert
          what={indicator ? 'What you see may be old' : 'This indicator'}
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      )}
      {indicator && (
        <>
          <IndicatorHeader indicator={indicator} />
          <ExportSections indicatorId={indicator.id} />
          <AssertionList assertions={indicator.assertions} />
          <GroupSection groups={indicator.groups} />
          <LinkSection type={indicator.type} links={indicator.links} />
        </>
      )}
    </div>
  )
}

function titleOf(indicator: IndicatorDetail | undefined): string {
  if (!indicator) return 'Indicator · Postern'
  return `${plainText(indicator.value).slice(0, 80)} · Postern`
}

import { useDocumentTitle } from '@mantine/hooks'
import type { SightingAnalysis } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { sightingQueries } from '../api/sighting-queries.ts'
import { useClock } from '../elements/clock.ts'
import { Count, Counts } from '../elements/count.tsx'
import { EmptyState } from '../elements/empty-state.tsx'
import form from '../elements/form.module.css'
import { NameLink } from '../elements/name-link.tsx'
import { PageHead } from '../elements/page-head.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { Section } from '../elements/section.tsx'
import { ShortText } from '../elements/short-text.tsx'
import { SkeletonRows } from '../elements/skeleton-rows.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { type Column, VirtualTable } from '../elements/virtual-table.tsx'
import { formatCount } from '../format/quantities.ts'
import { indicatorTypeLabel } from '../indicators/indicator-faces.ts'
import { AnalysisFilter } from './analysis-filter.tsx'
import { analysisQueryOf } from './analysis-search.ts'
import { SightingChart } from './sighting-chart.tsx'
import classes from './sightings.module.css'
import { TraitSection } from './trait-section.tsx'

/** What was seen of the library, and what it has in common. */
export function SightingAnalysisPage() {
  const search = useSearch({ from: '/signed-in/sighting-analysis' })
  const period = analysisQueryOf(search, useClock())
  const analysis = useQuery(sightingQueries.analysis(period))
  const { data } = analysis
  useDocumentTitle('Sightings · Postern')
  return (
    <div className={form['page']}>
      <PageHead title="Sightings" lead="What was seen of the library, where, and what it has in common.">
        <AnalysisFilter />
      </PageHead>
      {analysis.isPending && <SkeletonRows label="Loading sightings" />}
      {analysis.isError && (
        <ProblemAlert
          what={data ? 'What you see may be old' : 'The sightings'}
          error={analysis.error}
          onRetry={() => void analysis.refetch()}
        />
      )}
      {data && (
        <div
          className={`${form['page']} ${analysis.isPlaceholderData ? classes['old'] : ''}`}
          aria-busy={analysis.isPlaceholderData}
        >
          {data.sightings === 0 ? (
            <EmptyState title="Nothing was seen in this period">
              Sightings come with events of feeds and alerts of controls, and when somebody reports one on the page of
              an indicator.
            </EmptyState>
          ) : (
            <Results data={data} period={period} collectionId={search.collection} />
          )}
        </div>
      )}
    </div>
  )
}

interface ResultsProps {
  data: SightingAnalysis
  period: { from: string; to: string }
  collectionId: string | undefined
}

function Results({ data, period, collectionId }: ResultsProps) {
  return (
    <>
      <Counts label="Figures">
        <Count value={data.sightings} label="Sightings" />
        <Count value={data.sightedValues} label="Values seen" />
        <Count
          value={data.collectionValues}
          label={collectionId === undefined ? 'Values in the library' : 'Values in the data collection'}
        />
      </Counts>
      <section className={form['card']} aria-label="By day">
        <SightingChart analysis={data} period={period} />
      </section>
      <TraitSection
        traits={data.traits}
        comparedWith={collectionId === undefined ? 'the whole library' : 'the data collection'}
        collectionId={collectionId}
      />
      <Values values={data.values} />
    </>
  )
}

type SightedValue = SightingAnalysis['values'][number]

function Values({ values }: { values: readonly SightedValue[] }) {
  const navigate = useNavigate()
  return (
    <Section title="Values seen" summary="Most often first">
      <VirtualTable
        label="Values seen"
        columns={columns}
        rows={values}
        rowKey={({ indicatorId }) => indicatorId}
        onOpen={({ indicatorId }) => void navigate({ to: '/indicators/$indicatorId', params: { indicatorId } })}
      />
    </Section>
  )
}

const columns: readonly Column<SightedValue>[] = [
  { key: 'type', header: 'Type', width: '108px', render: ({ type }) => <span>{indicatorTypeLabel(type)}</span> },
  {
    key: 'value',
    header: 'Value',
    width: 'minmax(180px, 3fr)',
    isPlain: true,
    render: ({ indicatorId, value }) => (
      <NameLink to="/indicators/$indicatorId" params={{ indicatorId }} text={value} isCode />
    ),
  },
  {
    key: 'sightings',
    header: 'Sightings',
    width: '116px',
    align: 'end',
    render: ({ sightings }) => <span>{formatCount(sightings)}</span>,
  },
  {
    key: 'owners',
    header: 'Owners',
    width: 'minmax(120px, 1.4fr)',
    isSecondary: true,
    render: ({ owners }) => <ShortText text={owners.join(', ')} />,
  },
  { key: 'last', header: 'Last seen', width: '184px', render: ({ lastSeenAt }) => <Timestamp instant={lastSeenAt} /> },
]

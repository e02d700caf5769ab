import type { CollectionPreview as Preview } from '@postern/protocol'
import type { UseQueryResult } from '@tanstack/react-query'
import { useState } from 'react'
import { collectionQueries } from '../api/collection-queries.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import form from '../elements/form.module.css'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { Section } from '../elements/section.tsx'
import { SkeletonRows } from '../elements/skeleton-rows.tsx'
import { VirtualTable } from '../elements/virtual-table.tsx'
import { formatCount, formatCountOf, formatTotalOf } from '../format/quantities.ts'
import { indicatorColumns } from '../indicators/indicator-columns.tsx'
import { indicatorTypeLabel } from '../indicators/indicator-faces.ts'
import { QueryHints } from '../indicators/query-hints.tsx'
import classes from './collections.module.css'
import { givenWords } from './given-words.ts'
import { LeftOutDialog, ShowWhich } from './left-out-dialog.tsx'

interface CollectionPreviewProps {
  /** As it is written. */
  tql: string
  query: UseQueryResult<Preview>
  /** Nothing can be previewed: there is no query yet, or it is wrong. */
  isIdle: boolean
  /** What is shown belongs to the query before the last stroke. */
  isOld: boolean
}

/** What a query would hold, before it is saved. */
export function CollectionPreview({ tql, query, isIdle, isOld }: CollectionPreviewProps) {
  const { data } = query
  /** The query whose values left out are shown. */
  const [shown, setShown] = useState<string>()
  return (
    <Section title="Preview" summary={data && !isIdle ? totalWords(data) : undefined}>
      {isIdle && !data && <EmptyState title="The preview comes with a query that can be read" />}
      {!isIdle && query.isPending && <SkeletonRows label="Loading the preview" rows={4} />}
      {!isIdle && query.isError && (
        <ProblemAlert what="The preview" error={query.error} onRetry={() => void query.refetch()} />
      )}
      {data && (
        <div className={classes['preview']} data-old={isOld || isIdle || undefined} aria-busy={isOld}>
          <QueryHints hints={data.hints} />
          <ChangeWords preview={data} />
          <Types types={data.types} stoppedAt={data.typesStoppedAt} />
          <div className={form['inline']}>
            <ExportedWords preview={data} />
            {Object.keys(data.leftOut).length > 0 && (
              <ShowWhich disabled={isOld || isIdle} onClick={() => setShown(tql)} />
            )}
          </div>
          {data.sample.length > 0 ? (
            <VirtualTable label="Sample" columns={sampleColumns} rows={data.sample} rowKey={({ id }) => id} />
          ) : (
            <EmptyState title="Nothing in the library fits this query now" />
          )}
        </div>
      )}
      {shown !== undefined && (
        <LeftOutDialog
          of="Preview"
          query={collectionQueries.previewLeftOut(shown)}
          onClose={() => setShown(undefined)}
        />
      )}
    </Section>
  )
}

export function totalWords({ total }: Preview): string {
  return formatTotalOf(total, 'indicator')
}

/** How many would be exported of those that are counted by type. */
export function ExportedWords({ preview: { types, leftOut, typesStoppedAt } }: { preview: Preview }) {
  const counted = Object.values(types).reduce((sum, each) => sum + each, 0)
  const given = givenWords(counted, leftOut)
  if (given === '') return null
  const of = typesStoppedAt === null ? '' : ` of the first ${formatCountOf(typesStoppedAt, 'indicator')}`
  return (
    <p>
      Exported{of}: {given}
    </p>
  )
}

const sampleColumns = indicatorColumns.filter(({ key }) => key !== 'modified' && key !== 'tags')

function Types({ types, stoppedAt }: { types: Preview['types']; stoppedAt: number | null }) {
  const counted = Object.entries(types).toSorted(([, a], [, b]) => b - a)
  if (counted.length === 0) return null
  return (
    <ul className={classes['types']} aria-label="By type">
      {stoppedAt !== null && <li>Of the first {formatCountOf(stoppedAt, 'indicator')}:</li>}
      {counted.map(([type, count]) => (
        <li key={type}>
          {indicatorTypeLabel(type)} <strong>{formatCount(count)}</strong>
        </li>
      ))}
    </ul>
  )
}

/** What would enter and leave the collection if the query were saved. */
export function ChangeWords({ preview: { changes } }: { preview: Preview }) {
  if (changes === null) return null
  const { enter, leave } = changes
  if (enter === 0 && leave === 0) return <p>Saved so, its members stay as they are.</p>
  return (
    <p>
      Saved so, <strong data-tone="good">{formatCountOf(enter, 'value')}</strong> would enter and{' '}
      <strong data-tone="notice">{formatCountOf(leave, 'value')}</strong> would leave.
    </p>
  )
}

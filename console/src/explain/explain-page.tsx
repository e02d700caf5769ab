import { Button, TextInput } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { coveringIndicators, parseIndicatorType, quoteTql } from '@postern/intel'
import { type CoveringIndicator, coveringTargets, ExclusionTest, paths } from '@postern/protocol'
import { useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { api } from '../api/api.ts'
import { indicatorQueries } from '../api/indicator-queries.ts'
import { useShortcut } from '../app/shortcuts.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import form from '../elements/form.module.css'
import { Notice } from '../elements/notice.tsx'
import { PageHead } from '../elements/page-head.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { SkeletonRows } from '../elements/skeleton-rows.tsx'
import { Hits } from '../exclusions/hits.tsx'
import { indicatorTypeLabel } from '../indicators/indicator-faces.ts'
import classes from './explain.module.css'
import { CoveringList } from './covering-list.tsx'
import { valueLengthMax } from './explain-search.ts'
import { ExplainedIndicator } from './explained-indicator.tsx'

/** Why a value is on a control, and why it is not: from assertion to receipt (LIB-8). */
export function ExplainPage() {
  const { value } = useSearch({ from: '/signed-in/explain' })
  useDocumentTitle('Explain · Postern')
  return (
    <div className={form['page']}>
      <PageHead title="Explain" lead="Why is this value on a control, and why is it not?" />
      <Ask key={value ?? ''} value={value ?? ''} />
      {value === undefined ? (
        <EmptyState title="Ask about a value">
          An address, a host, a URL, a hash: in any spelling, defanged too. The answer goes from who asserts it to the
          receipt of each control.
        </EmptyState>
      ) : (
        <Answer value={value} />
      )}
    </div>
  )
}

function Ask({ value }: { value: string }) {
  const navigate = useNavigate({ from: '/explain' })
  const [text, setText] = useState(value)
  const field = useRef<HTMLInputElement>(null)
  useShortcut('search', () => field.current?.select())
  return (
    <form
      role="search"
      className={classes['ask']}
      onSubmit={(event) => {
        event.preventDefault()
        void navigate({ search: text.trim() === '' ? {} : { value: text.trim() } })
      }}
    >
      <TextInput
        ref={field}
        aria-label="Value"
        placeholder="evil[.]example[.]com"
        maxLength={valueLengthMax}
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Button type="submit">Explain</Button>
    </form>
  )
}

function Answer({ value }: { value: string }) {
  const found = useInfiniteQuery(indicatorQueries.list(`summary = ${quoteTql(value)}`))
  if (found.isPending) return <SkeletonRows label="Loading the explanation" />
  if (found.isError)
    return <ProblemAlert what="The explanation" error={found.error} onRetry={() => void found.refetch()} />
  const indicators = found.data.pages[0]?.data ?? []
  if (indicators.length === 0) return <Unknown value={value} />
  return indicators.map(({ id }) => <ExplainedIndicator key={id} indicatorId={id} />)
}

/** Nobody asserts it: whether it could be asserted at all, and what exclusion lists would do about it. */
function Unknown({ value }: { value: string }) {
  const test = useQuery({
    queryKey: ['exclusion-test', value],
    queryFn: ({ signal }) =>
      api(paths.exclusionTest, { method: 'POST', body: { values: [{ value }] }, reply: ExclusionTest, signal }),
  })
  const read = test.data?.data[0]
  const { covering, isKnown } = useCovering(read?.type ?? null, read?.value ?? '')
  const isCovered = covering.some(({ targets }) => targets.length > 0)
  const ending =
    read === undefined || !isKnown
      ? ''
      : isCovered
        ? ', but what covers it is on controls'
        : ', so no control gets it from here'
  return (
    <>
      <EmptyState title="No owner asserts it">
        <p>
          The library does not hold <PlainText text={value} /> itself{ending}.
        </p>
        {read && (
          <p>
            {read.type === null || read.problem !== null ? (
              <PlainText text={read.problem ?? 'It does not look like an indicator.'} />
            ) : (
              <>
                It would be read as {indicatorTypeLabel(read.type)} <PlainText text={read.value} />.
              </>
            )}
          </p>
        )}
      </EmptyState>
      {isKnown && <CoveringList covering={covering} />}
      {read && read.exclusions.length > 0 && (
        <Notice>
          <p>If an owner asserted it, exclusion lists would say:</p>
          <Hits exclusions={read.exclusions} />
        </Notice>
      )}
      {test.isError && (
        <ProblemAlert what="The exclusion lists" error={test.error} onRetry={() => void test.refetch()} />
      )}
    </>
  )
}

/** A value that nobody asserts may lie in a network that somebody does, or at such a host. */
function useCovering(type: string | null, value: string): { covering: CoveringIndicator[]; isKnown: boolean } {
  const known = parseIndicatorType(type ?? '')
  const values = known === undefined ? [] : coveringIndicators(known, value).map((each) => quoteTql(each.value))
  const found = useInfiniteQuery({
    ...indicatorQueries.list(`summary in (${values.join(', ')})`),
    enabled: values.length > 0,
  })
  const indicators = found.data?.pages[0]?.data ?? []
  const exports = useQueries({ queries: indicators.map(({ id }) => indicatorQueries.exports(id)) })
  const covering = indicators.map((each, index) => ({
    id: each.id,
    type: each.type,
    value: each.value,
    targets: coveringTargets(exports[index]?.data?.targets ?? []),
  }))
  const isFound = values.length === 0 || found.isSuccess
  return { covering, isKnown: isFound && exports.every(({ isSuccess }) => isSuccess) }
}

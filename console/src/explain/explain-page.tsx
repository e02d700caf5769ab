import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { indicatorTypes, parseIndicatorType } from '@postern/intel'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useRef } from 'react'
import { ApiProblem } from '../api/api.ts'
import { refusedFields } from '../api/field-problems.ts'
import { indicatorQueries } from '../api/indicator-queries.ts'
import { useShortcut } from '../app/shortcuts.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import form from '../elements/form.module.css'
import { PageHead } from '../elements/page-head.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { SkeletonRows } from '../elements/skeleton-rows.tsx'
import { indicatorTypeLabel } from '../indicators/indicator-faces.ts'
import { useDraft } from '../indicators/query-draft.ts'
import classes from './explain.module.css'
import { type ExplainSearch, valueLengthMax } from './explain-search.ts'
import { ExplainedIndicator } from './explained-indicator.tsx'
import { UnassertedIndicator } from './unasserted-indicator.tsx'

/** Why a value is on a control, and why it is not: from assertion to receipt (LIB-8). */
export function ExplainPage() {
  const asked = useSearch({ from: '/signed-in/explain' })
  const answer = useQuery({ ...indicatorQueries.explanation(asked), enabled: asked.value !== undefined })
  useDocumentTitle('Explain · Postern')
  const unread = unreadWords(answer.error)
  return (
    <div className={form['page']}>
      <PageHead title="Explain" lead="Why is this value on a control, and why is it not?" />
      <Ask asked={asked} problem={unread} />
      {asked.value === undefined && (
        <EmptyState title="Ask about a value">
          An address, a host, a URL, a hash: in any spelling, defanged too. The answer goes from who asserts it to the
          receipt of each control.
        </EmptyState>
      )}
      {asked.value !== undefined && answer.isPending && <SkeletonRows label="Loading the explanation" />}
      {answer.isError && unread === undefined && (
        <ProblemAlert
          what={answer.data ? 'What you see may be old' : 'The explanation'}
          error={answer.error}
          onRetry={() => void answer.refetch()}
        />
      )}
      {answer.data?.indicators.map((explained) => (
        <ExplainedIndicator key={explained.indicator.id} explained={explained} />
      ))}
      {answer.data?.unasserted.map((unasserted) => (
        <UnassertedIndicator key={`${unasserted.type} ${unasserted.value}`} unasserted={unasserted} />
      ))}
    </div>
  )
}

/** Why the hub could not read the value, which belongs to its field. */
function unreadWords(error: unknown): string | undefined {
  if (!(error instanceof ApiProblem) || error.code !== 'invalid') return undefined
  return Object.values(refusedFields(error, ['value', 'type'])).join(' ')
}

function Ask({ asked, problem }: { asked: ExplainSearch; problem: string | undefined }) {
  const navigate = useNavigate({ from: '/explain' })
  const value = useDraft(asked.value ?? '')
  const type = useDraft(asked.type)
  const field = useRef<HTMLInputElement>(null)
  useShortcut('search', () => field.current?.select())
  return (
    <form
      role="search"
      className={classes['ask']}
      onSubmit={(event) => {
        event.preventDefault()
        const wanted = value.draft.trim()
        value.seek(wanted)
        type.seek(wanted === '' ? undefined : type.draft)
        void navigate({ search: wanted === '' ? {} : { value: wanted, ...(type.draft && { type: type.draft }) } })
      }}
    >
      <TextInput
        ref={field}
        aria-label="Value"
        placeholder="evil[.]example[.]com"
        maxLength={valueLengthMax}
        spellCheck={false}
        error={problem}
        value={value.draft}
        onChange={(event) => value.setDraft(event.currentTarget.value)}
      />
      <NativeSelect
        aria-label="Type"
        value={type.draft ?? ''}
        onChange={(event) => type.setDraft(parseIndicatorType(event.currentTarget.value))}
        data={[
          { value: '', label: 'Every type that it can be' },
          ...indicatorTypes.map((each) => ({ value: each, label: indicatorTypeLabel(each) })),
        ]}
      />
      <Button type="submit">Explain</Button>
    </form>
  )
}

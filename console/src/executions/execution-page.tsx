import type { ExecutionDetail, ExecutionState } from '@postern/protocol'
import { useDocumentTitle } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { ApiProblem } from '../api/api.ts'
import { hubQueries } from '../api/hub-queries.ts'
import { useAnnounce } from '../elements/announcer.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { SkeletonRows } from '../elements/skeleton-rows.tsx'
import { plainText } from '../format/text-pieces.ts'
import { AttemptTable } from './attempt-table.tsx'
import { executionFaces } from './execution-faces.ts'
import { ExecutionFacts } from './execution-facts.tsx'
import { ExecutionHeader } from './execution-header.tsx'
import classes from './execution-page.module.css'
import { ExecutionViews } from './execution-views.tsx'
import { useLiveExecution } from './live-execution.ts'
import { LogReader } from './log/log-reader.ts'
import { MissingExecution } from './missing-execution.tsx'
import { Passage } from './passage.tsx'

/** One run of a job: what it is, how it went, and the four things it leaves behind: log, ledger, plan, receipt. */
export function ExecutionPage() {
  const { executionId } = useParams({ from: '/signed-in/executions/$executionId' })
  const execution = useQuery(hubQueries.execution(executionId))
  const [logReader] = useState(() => new LogReader(executionId))
  useEffect(() => () => logReader.stop(), [logReader])
  useLiveExecution(executionId, logReader)
  useSpokenState(execution.data)
  const isMissing = !execution.data && isNotFound(execution.error)
  useDocumentTitle(isMissing ? 'No such execution · Postern' : titleOf(execution.data))

  return (
    <div className={classes['page']}>
      <nav aria-label="Where you are" className={classes['crumbs']}>
        <Link to="/executions">Executions</Link>
        <span aria-hidden="true">/</span>
        <code aria-current="page">{plainText(executionId)}</code>
      </nav>
      {execution.isPending && <SkeletonRows label="Loading the execution" rows={6} />}
      {isMissing && <MissingExecution />}
      {execution.isError && !isMissing && (
        <ProblemAlert
          what={execution.data ? 'What you see may be old' : 'This execution'}
          error={execution.error}
          onRetry={() => void execution.refetch()}
        />
      )}
      {execution.data && (
        <>
          <ExecutionHeader execution={execution.data} />
          <Passage execution={execution.data} />
          <ExecutionFacts execution={execution.data} />
          {execution.data.attempts.length > 1 && <AttemptTable attempts={execution.data.attempts} />}
          <ExecutionViews execution={execution.data} logReader={logReader} />
        </>
      )}
    </div>
  )
}

function isNotFound(error: Error | null): boolean {
  return error instanceof ApiProblem && error.code === 'not-found'
}

function titleOf(execution: ExecutionDetail | undefined): string {
  if (!execution) return 'Execution · Postern'
  return `${executionFaces[execution.state].word}: ${plainText(execution.jobName).slice(0, 80)} · Postern`
}

/** Says a change of state to those who cannot see it; the state at arrival is part of the page and needs no saying. */
function useSpokenState(execution: ExecutionDetail | undefined): void {
  const announce = useAnnounce()
  const known = useRef<ExecutionState>(undefined)
  const state = execution?.state
  useEffect(() => {
    if (!state) return
    if (known.current && known.current !== state) announce(`The execution is now: ${executionFaces[state].word}`)
    known.current = state
  }, [state, announce])
}

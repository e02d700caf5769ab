import type { ExecutionDetail, ExecutionState } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { hubQueries } from '../api/hub-queries.ts'
import { pages } from '../app/pages.ts'
import { useAnnounce } from '../elements/announcer.tsx'
import { DetailPage } from '../elements/detail-page.tsx'
import { AttemptTable } from './attempt-table.tsx'
import { executionFaces } from './execution-faces.ts'
import { ExecutionFacts } from './execution-facts.tsx'
import { ExecutionHeader } from './execution-header.tsx'
import { ExecutionViews } from './execution-views.tsx'
import { useLiveExecution } from './live-execution.ts'
import { LogReader } from './log/log-reader.ts'
import { Passage } from './passage.tsx'

/** One run of a job: what it is, how it went, and the four things it leaves behind: log, ledger, plan, receipt. */
export function ExecutionPage() {
  const { executionId } = useParams({ from: '/signed-in/executions/$executionId' })
  const execution = useQuery(hubQueries.execution(executionId))
  const [logReader] = useState(() => new LogReader(executionId))
  useEffect(() => () => logReader.stop(), [logReader])
  useLiveExecution(executionId, logReader)
  useSpokenState(execution.data)
  return (
    <DetailPage
      noun="execution"
      list={pages.executions}
      id={executionId}
      nameOf={({ state, jobName }) => `${executionFaces[state].word}: ${jobName}`}
      crumbOf={({ id }) => id}
      query={execution}
    >
      {(shown) => (
        <>
          <ExecutionHeader execution={shown} />
          <Passage execution={shown} />
          <ExecutionFacts execution={shown} />
          {shown.attempts.length > 1 && <AttemptTable attempts={shown.attempts} />}
          <ExecutionViews execution={shown} logReader={logReader} />
        </>
      )}
    </DetailPage>
  )
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

import { NativeSelect } from '@mantine/core'
import { ExecutionState } from '@postern/protocol'
import { useNavigate } from '@tanstack/react-router'
import { FilterChip } from '../elements/filter-chip.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { executionFaces } from './execution-faces.ts'
import type { ExecutionsSearch } from './executions-search.ts'

/** @param jobName the job's name, once a row has told it */
export function ExecutionsFilter({ search, jobName }: { search: ExecutionsSearch; jobName: string | undefined }) {
  const navigate = useNavigate({ from: '/executions' })
  return (
    <>
      {search.job && (
        <FilterChip
          title="Show the executions of every job"
          onRemove={() => void navigate({ search: search.state ? { state: search.state } : {} })}
        >
          Job: <PlainText text={jobName ?? search.job} />
        </FilterChip>
      )}
      <NativeSelect
        size="xs"
        aria-label="State"
        value={search.state ?? ''}
        onChange={(event) => {
          const state = ExecutionState.options.find((option) => option === event.currentTarget.value)
          void navigate({ search: { ...(search.job && { job: search.job }), ...(state && { state }) }, replace: true })
        }}
        data={[
          { value: '', label: 'Every state' },
          ...ExecutionState.options.map((state) => ({ value: state, label: executionFaces[state].word })),
        ]}
      />
    </>
  )
}

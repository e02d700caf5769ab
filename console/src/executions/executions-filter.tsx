import { Button, NativeSelect } from '@mantine/core'
import { ExecutionState } from '@postern/protocol'
import { useNavigate } from '@tanstack/react-router'
import { Icon } from '../elements/icon.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { executionFaces } from './execution-faces.ts'
import type { ExecutionsSearch } from './executions-search.ts'
import classes from './executions-page.module.css'

/** @param jobName the job's name, once a row has told it */
export function ExecutionsFilter({ search, jobName }: { search: ExecutionsSearch; jobName: string | undefined }) {
  const navigate = useNavigate({ from: '/executions' })
  return (
    <div className={classes['filter']}>
      {search.job && (
        <Button
          size="xs"
          variant="default"
          className={classes['job']}
          rightSection={<Icon name="cross" size={12} />}
          title="Show the executions of every job"
          onClick={() => void navigate({ search: search.state ? { state: search.state } : {} })}
        >
          <span>
            Job: <PlainText text={jobName ?? search.job} />
            <span className="only-heard"> (take this filter away)</span>
          </span>
        </Button>
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
    </div>
  )
}

import { Button, TextInput } from '@mantine/core'
import { useDebouncedCallback, useDocumentTitle } from '@mantine/hooks'
import type { Job } from '@postern/protocol'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { environmentQueries } from '../api/environment-queries.ts'
import { jobQueries } from '../api/job-queries.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import { FilterChip } from '../elements/filter-chip.tsx'
import { Icon } from '../elements/icon.tsx'
import { NameLink } from '../elements/name-link.tsx'
import { PageHead } from '../elements/page-head.tsx'
import { PagedTable } from '../elements/paged-table.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { ShortText } from '../elements/short-text.tsx'
import { stateColumn } from '../elements/state-column.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { appKindWords } from '../executions/execution-words.ts'
import { jobFaceOf } from './job-faces.ts'
import { jobFilterOf } from './jobs-search.ts'
import classes from './jobs.module.css'
import { LastRun } from './last-run.tsx'
import { useLiveJobs } from './live-jobs.ts'
import { NextRun, ScheduleText } from './schedule-text.tsx'

export function JobsPage() {
  const navigate = useNavigate()
  const search = useSearch({ from: '/signed-in/jobs' })
  const filter = jobFilterOf(search)
  const jobs = useInfiniteQuery(jobQueries.list(filter))
  useLiveJobs()
  useDocumentTitle('Jobs · Postern')
  return (
    <div className={classes['page']}>
      <PageHead title="Jobs" lead="What runs: an app with its parameters, its environment and its schedule.">
        <JobsFilter />
        <NewJobButton />
      </PageHead>
      <PagedTable
        key={JSON.stringify(filter)}
        label="Jobs"
        query={jobs}
        columns={columns}
        rowKey={(job) => job.id}
        onOpen={(job) => void navigate({ to: '/jobs/$jobId', params: { jobId: job.id } })}
        empty={<NoJobs isFiltered={Object.keys(filter).length > 0} />}
      />
    </div>
  )
}

/** Milliseconds of rest after which what was typed is searched for. */
const typingRestMs = 300

function JobsFilter() {
  const search = useSearch({ from: '/signed-in/jobs' })
  const navigate = useNavigate({ from: '/jobs' })
  const [text, setText] = useState(search.contains ?? '')
  const environment = useQuery({
    ...environmentQueries.one(search.environment ?? ''),
    enabled: search.environment !== undefined,
  })
  const searchFor = useDebouncedCallback((contains: string) => {
    const { environment: kept } = search
    void navigate({ search: { ...(contains && { contains }), ...(kept && { environment: kept }) }, replace: true })
  }, typingRestMs)
  return (
    <>
      {search.environment && (
        <FilterChip
          title="Show the jobs of every environment"
          onRemove={() => void navigate({ search: search.contains ? { contains: search.contains } : {} })}
        >
          Environment: <PlainText text={environment.data?.name ?? search.environment} />
        </FilterChip>
      )}
      <TextInput
        size="xs"
        type="search"
        aria-label="Search jobs by name"
        placeholder="Search by name"
        maxLength={64}
        leftSection={<Icon name="search" size={14} />}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value)
          searchFor(event.currentTarget.value.trim())
        }}
      />
    </>
  )
}

function NewJobButton() {
  const navigate = useNavigate()
  if (!useMay('write')) return null
  return (
    <Button size="xs" leftSection={<Icon name="plus" size={14} />} onClick={() => void navigate({ to: '/jobs/new' })}>
      New job
    </Button>
  )
}

const columns: readonly Column<Job>[] = [
  stateColumn(jobFaceOf, '124px'),
  {
    key: 'name',
    header: 'Job',
    width: 'minmax(150px, 2.4fr)',
    isPlain: true,
    render: (job) => (
      <div>
        <NameLink to="/jobs/$jobId" params={{ jobId: job.id }} text={job.name} />
        <ShortText text={job.appName} isSoft>
          , {appKindWords[job.appKind]}
        </ShortText>
      </div>
    ),
  },
  {
    key: 'environment',
    header: 'Environment',
    isSecondary: true,
    width: 'minmax(96px, 1fr)',
    render: (job) => <ShortText text={job.environmentName} />,
  },
  {
    key: 'schedule',
    header: 'Schedule',
    width: 'minmax(150px, 1.6fr)',
    render: (job) => <ScheduleText schedule={job.schedule} />,
  },
  { key: 'next', header: 'Next run', width: '164px', render: (job) => <NextRun job={job} /> },
  { key: 'last', header: 'Last execution', width: '150px', render: (job) => <LastRun job={job} /> },
]

function NoJobs({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) return <EmptyState title="No job fits the filter" />
  return (
    <EmptyState title="No job yet">
      A job runs an app of the catalog in an environment: a feed that fills the library, an export that fills a control.
    </EmptyState>
  )
}

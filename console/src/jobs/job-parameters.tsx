import { Button } from '@mantine/core'
import type { InstallParameter, Job, ParameterValue } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMay } from '../access/rights.ts'
import { jobQueries } from '../api/job-queries.ts'
import { LongText } from '../elements/long-text.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import classes from './jobs.module.css'

/** What the app is given, by the app's own labels; of secrets only that they are set (D9). */
export function JobParameters({ job }: { job: Job }) {
  const navigate = useNavigate()
  const mayWrite = useMay('write')
  const app = useQuery(jobQueries.apps()).data?.find(({ id }) => id === job.appId)
  const names = namesOf(job, app?.parameters)
  return (
    <section aria-label="Parameters">
      <div className={classes['headingLine']}>
        <h2 className={classes['heading']}>Parameters</h2>
        {mayWrite && (
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => void navigate({ to: '/jobs/$jobId/edit', params: { jobId: job.id } })}
          >
            Edit …
          </Button>
        )}
      </div>
      {names.length === 0 ? (
        <p className={classes['soft']}>This app takes none.</p>
      ) : (
        <dl className={classes['parameters']}>
          {names.map(({ name, label }) => (
            <div key={name} className={classes['parameter']}>
              <dt>
                {label ? <PlainText text={label} /> : null} <code>{name}</code>
              </dt>
              <dd>
                <Value job={job} name={name} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  )
}

/** In the app's order; what the app does not declare any more comes last. */
function namesOf(job: Job, declared: readonly InstallParameter[] = []): { name: string; label: string | undefined }[] {
  const known = declared.map(({ name, label }) => ({ name, label }))
  const others = Object.keys(job.parameters).filter((name) => !declared.some((parameter) => parameter.name === name))
  return [...known, ...others.map((name) => ({ name, label: undefined }))]
}

function Value({ job, name }: { job: Job; name: string }) {
  if (job.secretsSet.includes(name)) return <span className={classes['set']}>Set; never shown again</span>
  const text = textOf(job.parameters[name])
  return text === '' ? <span className={classes['soft']}>Not set</span> : <LongText text={text} />
}

function textOf(value: ParameterValue | undefined): string {
  if (value === undefined || value === null) return ''
  if (!Array.isArray(value)) return String(value)
  return value.map((item) => (typeof item === 'string' ? item : `${item.key}: ${item.value}`)).join(', ')
}

import { Button } from '@mantine/core'
import { type InstallParameter, type Job, type ParameterValue, platformParameters } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMay } from '../access/rights.ts'
import { appQueries } from '../api/app-queries.ts'
import { LongText } from '../elements/long-text.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import classes from './jobs.module.css'
import { linesOf } from './parameter-kind.ts'

/** What the app is given, by the app's own labels; of secrets only that they are set (D9). */
export function JobParameters({ job }: { job: Job }) {
  const navigate = useNavigate()
  const mayWrite = useMay('write')
  const app = useQuery(appQueries.choices()).data?.find(({ id }) => id === job.appId)
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
          {names.map(({ name, label, preset }) => (
            <div key={name} className={classes['parameter']}>
              <dt>
                {label ? <PlainText text={label} /> : null} <code>{name}</code>
              </dt>
              <dd>
                <Value job={job} name={name} preset={preset} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  )
}

interface NamedParameter {
  name: string
  label: string | undefined
  /** What the app takes where the job says nothing; empty for none. */
  preset: string
}

/** In the app's order; what the app does not declare any more comes last. */
function namesOf(job: Job, declared: readonly InstallParameter[] = []): NamedParameter[] {
  const known = declared
    // The job's owner says it already, unless the job names another here.
    .filter(({ name }) => name !== platformParameters.owner || textOf(job.parameters[name]) !== '')
    .map(({ name, label, default: preset }) => ({ name, label, preset: textOf(preset) }))
  const others = Object.keys(job.parameters).filter((name) => !declared.some((parameter) => parameter.name === name))
  return [...known, ...others.map((name) => ({ name, label: undefined, preset: '' }))]
}

function Value({ job, name, preset }: { job: Job; name: string; preset: string }) {
  if (job.secretsSet.includes(name)) return <span className={classes['set']}>Set; never shown again</span>
  const text = textOf(job.parameters[name])
  if (text !== '') return <LongText text={text} />
  return (
    <span className={classes['soft']}>
      {preset === '' ? (
        'Not set'
      ) : (
        <>
          Not set (default: <PlainText text={preset} />)
        </>
      )}
    </span>
  )
}

function textOf(value: ParameterValue | undefined): string {
  return linesOf(value).join(', ')
}

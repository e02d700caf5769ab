import { Button, NativeSelect, Switch, TextInput } from '@mantine/core'
import type { App, CreateJob, Schedule } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { collectionQueries } from '../api/collection-queries.ts'
import { ownerQueries } from '../api/owner-queries.ts'
import { environmentQueries } from '../api/environment-queries.ts'
import { FiguresInput } from '../elements/figures-input.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { plainText } from '../format/text-pieces.ts'
import { ownTimeZone } from '../format/zoned.ts'
import { appKindWords } from '../executions/execution-words.ts'
import { type FieldProblems, refusedFields } from '../api/field-problems.ts'
import { draftMistakes, type JobDraft, requestOf, withApp } from './job-draft.ts'
import { modeWords } from './job-words.ts'
import classes from './jobs.module.css'
import { ParameterField } from './parameter-field.tsx'
import { shownParameters, valuesOf } from './parameter-kind.ts'
import { ScheduleFields } from './schedule-fields.tsx'

interface JobFormProps {
  draft: JobDraft
  apps: readonly App[]
  /** An app cannot be exchanged under a job that has run with it. */
  isAppFixed: boolean
  secretsSet: readonly string[]
  save: { mutate: (job: CreateJob) => void; isPending: boolean; error: Error | null }
  saveName: string
  onCancel: () => void
}

/** A job in a form. What is wrong stands beside its field in the hub's words, and above all of them for whoever cannot see that. */
export function JobForm({ draft: initial, apps, isAppFixed, secretsSet, save, saveName, onCancel }: JobFormProps) {
  const [draft, setDraft] = useState(initial)
  const [mistakes, setMistakes] = useState<FieldProblems>({})
  const owners = useQuery(ownerQueries.choices()).data ?? []
  const collections = useQuery(collectionQueries.choices()).data ?? []
  const environments = useQuery(environmentQueries.choices()).data ?? []
  const app = apps.find(({ id }) => id === draft.appId)
  const refused = refusedFields(save.error)
  const problems = Object.keys(mistakes).length > 0 ? mistakes : refused
  const change = (changes: Partial<JobDraft>) => setDraft({ ...draft, ...changes })
  const known = { owners: owners.map(({ name }) => name), collections: collections.map(({ name }) => name) }
  return (
    <form
      className={classes['form']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        const found = draftMistakes(draft, app)
        setMistakes(found)
        if (app && Object.keys(found).length === 0) save.mutate(requestOf(draft, app))
        else focusFirstMistake(event.currentTarget)
      }}
    >
      <Refusal error={save.error} />
      <section className={classes['formCard']} aria-label="The job">
        <TextInput
          label="Name"
          required
          maxLength={64}
          value={draft.name}
          error={problems['name']}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        {isAppFixed && app ? (
          <TextInput label="App" readOnly variant="filled" value={appLabel(app)} />
        ) : (
          <NativeSelect
            label="App"
            required
            value={draft.appId}
            error={problems['appId']}
            onChange={(event) => {
              const chosen = apps.find(({ id }) => id === event.currentTarget.value)
              if (chosen) setDraft(withApp(draft, chosen))
            }}
            data={choicesOf(apps.map((each) => ({ value: each.id, label: appLabel(each) })))}
          />
        )}
        {app && app.note !== '' && (
          <p className={classes['hint']}>
            <PlainText text={app.note} />
          </p>
        )}
        <NativeSelect
          label="Environment"
          required
          value={draft.environmentId}
          error={problems['environmentId']}
          onChange={(event) => change({ environmentId: event.currentTarget.value })}
          data={choicesOf(environments.map(({ id, name }) => ({ value: id, label: plainText(name) })))}
        />
        {app && app.kind !== 'export' && (
          <NativeSelect
            label="Owner"
            description="Whom the library names as the source of what the app brings."
            required
            value={draft.owner}
            error={problems['owner']}
            onChange={(event) => change({ owner: event.currentTarget.value })}
            data={choicesOf(owners.map(({ name }) => ({ value: name, label: plainText(name) })))}
          />
        )}
        {app?.kind === 'export' && (
          <>
            <TextInput
              label="Control"
              description="Names what is filled: plans and receipts hang on it. Left empty, the app's own name is taken."
              maxLength={64}
              value={draft.control}
              error={problems['control']}
              onChange={(event) => change({ control: event.currentTarget.value })}
            />
            <NativeSelect
              label="Plans"
              description="Whether a plan whose guards all pass is applied without a person."
              value={draft.mode}
              error={problems['mode']}
              onChange={(event) => {
                const mode = event.currentTarget.value
                if (mode === 'always-ask' || mode === 'apply-when-guards-pass') change({ mode })
              }}
              data={Object.entries(modeWords).map(([value, label]) => ({ value, label }))}
            />
          </>
        )}
        <FiguresInput
          label="Time-out in seconds"
          description="An execution that takes longer is ended. Left empty, the app's own limit holds."
          value={draft.timeoutSeconds}
          error={problems['timeoutSeconds']}
          onChange={(timeoutSeconds) => change({ timeoutSeconds })}
        />
      </section>
      <ScheduleSection schedule={draft.schedule} onChange={(schedule) => change({ schedule })}>
        <FiguresInput
          label="Freshness target in seconds"
          description="It is missed where it has not succeeded so long after a time of its schedule, and whom the rules name is told. Left empty, the time-out is taken."
          value={draft.freshnessSeconds}
          error={problems['freshnessSeconds']}
          onChange={(freshnessSeconds) => change({ freshnessSeconds })}
        />
      </ScheduleSection>
      {app && shownParameters(app.parameters).length > 0 && (
        <section className={classes['formCard']} aria-label="Parameters">
          <h2 className={classes['heading']}>Parameters</h2>
          {shownParameters(app.parameters).map((parameter) => (
            <ParameterField
              key={parameter.name}
              parameter={parameter}
              values={valuesOf(parameter, known, app.collectionParameters)}
              value={draft.parameters[parameter.name]}
              isSecretSet={secretsSet.includes(parameter.name)}
              error={problems[`parameters.${parameter.name}`]}
              onChange={(value) => change({ parameters: { ...draft.parameters, [parameter.name]: value } })}
            />
          ))}
        </section>
      )}
      <div className={classes['formActions']}>
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" loading={save.isPending}>
          {saveName}
        </Button>
      </div>
    </form>
  )
}

/** After the mistakes are drawn, so that what is wrong is heard with its field. */
function focusFirstMistake(form: HTMLFormElement) {
  requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid=true]')?.focus())
}

/** Takes the focus when it appears, so that it is heard, and seen by whoever had scrolled down to the button. */
function Refusal({ error }: { error: Error | null }) {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (error) box.current?.focus()
  }, [error])
  if (!error) return null
  return (
    <div ref={box} tabIndex={-1}>
      <ProblemAlert error={error} title="The job was not saved" />
    </div>
  )
}

function ScheduleSection({
  schedule,
  onChange,
  children,
}: {
  schedule: Schedule | null
  onChange: (schedule: Schedule | null) => void
  /** What counts only with a schedule. */
  children: React.ReactNode
}) {
  const [last, setLast] = useState<Schedule>(schedule ?? { cron: '0 0 * * * ?', timeZone: ownTimeZone() })
  return (
    <section className={classes['formCard']} aria-label="Schedule">
      <Switch
        label="Run by a schedule"
        description="Without one the job runs only when somebody runs it."
        checked={schedule !== null}
        onChange={(event) => onChange(event.currentTarget.checked ? last : null)}
      />
      {schedule && (
        <>
          <ScheduleFields
            schedule={schedule}
            onChange={(next) => {
              setLast(next)
              onChange(next)
            }}
          />
          {children}
        </>
      )}
    </section>
  )
}

function appLabel({ displayName, kind, current }: App): string {
  return `${plainText(displayName)} ${plainText(current.programVersion)} (${appKindWords[kind]})`
}

function choicesOf(choices: readonly { value: string; label: string }[]) {
  return [{ value: '', label: 'Choose …' }, ...choices]
}

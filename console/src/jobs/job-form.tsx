import { Button, Switch, TextInput } from '@mantine/core'
import { type App, type CreateJob, jobRetries, jobTimeouts, type Schedule } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { OwnerField } from '../additions/owner-field.tsx'
import { collectionQueries } from '../api/collection-queries.ts'
import { ownerQueries } from '../api/owner-queries.ts'
import { environmentQueries } from '../api/environment-queries.ts'
import { ChoiceField } from '../elements/choice-field.tsx'
import { idChoices, notChosen, wordChoices } from '../elements/choices.ts'
import { FormMistakesContext } from '../elements/field.ts'
import { fieldsOf } from '../elements/fields-of.ts'
import { FiguresField } from '../elements/figures-field.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { NameField, TextField } from '../elements/text-field.tsx'
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

/** Fields of a job, as the hub names them, beside its parameters and its schedule. */
const fields = [
  'name',
  'appId',
  'environmentId',
  'owner',
  'control',
  'mode',
  'timeoutSeconds',
  'freshnessSeconds',
  'retriesMax',
  'retryAfterSeconds',
]

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
  const refused = refusedFields(save.error, [
    ...fields,
    ...(app?.parameters ?? []).map(({ name }) => `parameters.${name}`),
  ])
  const problems = Object.keys(mistakes).length > 0 ? mistakes : refused
  const field = fieldsOf(draft, setDraft)
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
      <FormMistakesContext value={{ mistakes: problems, refused: {}, isTried: true }}>
        <Refusal error={save.error} />
        <section className={classes['formCard']} aria-label="The job">
          <NameField {...field('name')} lengthMax={64} />
          {isAppFixed && app ? (
            <TextInput label="App" readOnly variant="filled" value={appLabel(app)} />
          ) : (
            <ChoiceField
              name="appId"
              label="App"
              isRequired
              value={draft.appId}
              choices={[notChosen, ...apps.map((each) => ({ value: each.id, label: appLabel(each) }))]}
              onChange={(id) => {
                const chosen = apps.find((each) => each.id === id)
                if (chosen) setDraft(withApp(draft, chosen))
              }}
            />
          )}
          {app && app.note !== '' && (
            <p className={classes['hint']}>
              <PlainText text={app.note} />
            </p>
          )}
          <ChoiceField
            {...field('environmentId')}
            label="Environment"
            isRequired
            choices={[notChosen, ...idChoices(environments)]}
          />
          {app && app.kind !== 'export' && (
            <OwnerField
              owner={draft.owner}
              hint="Whom the library names as the source of what the app brings."
              onChange={(owner) => change({ owner })}
            />
          )}
          {app?.kind === 'export' && (
            <>
              <TextField
                {...field('control')}
                label="Control"
                hint="Names what is filled: plans and receipts hang on it. Left empty, the app's own name is taken."
                lengthMax={64}
              />
              <ChoiceField
                {...field('mode')}
                label="Plans"
                hint="Whether a plan whose guards all pass is applied without a person."
                choices={wordChoices(modeWords)}
              />
            </>
          )}
          <FiguresField
            {...field('timeoutSeconds')}
            label="Time-out in seconds"
            hint={`An execution that takes longer is ended. Left empty, the app's own limit holds, or ${jobTimeouts.secondsDefault}.`}
          />
          <FiguresField
            {...field('retriesMax')}
            label="Retries"
            hint={`How often an execution that failed is tried again, where another try may help: 0 to ${jobRetries.countMax}. Left empty, never.`}
          />
          <FiguresField
            {...field('retryAfterSeconds')}
            label="First retry after seconds"
            hint={`${jobRetries.waitSecondsMin} to ${jobRetries.waitSecondsMax}; each retry more waits twice as long. Left empty, ${jobRetries.waitSecondsDefault}.`}
          />
        </section>
        <ScheduleSection schedule={draft.schedule} onChange={(schedule) => change({ schedule })}>
          <FiguresField
            {...field('freshnessSeconds')}
            label="Freshness target in seconds"
            hint="It is missed where it has not succeeded so long after a time of its schedule, and whom the rules name is told. Left empty, the time-out is taken."
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
      </FormMistakesContext>
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

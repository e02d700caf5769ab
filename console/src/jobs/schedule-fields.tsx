import { NativeSelect, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import type { Schedule } from '@postern/protocol'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { ApiProblem } from '../api/api.ts'
import { jobQueries } from '../api/job-queries.ts'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { formatInZone, ownTimeZone } from '../format/zoned.ts'
import { fieldProblems } from '../api/field-problems.ts'
import classes from './jobs.module.css'
import { scheduleWords } from './schedule-words.ts'

const examples = [
  ['0 0/15 * * * ?', 'Every 15 minutes'],
  ['0 0 * * * ?', 'Every hour'],
  ['0 0 0/6 * * ?', 'Every 6 hours'],
  ['0 30 2 * * ?', 'Every day at 02:30'],
  ['0 30 2 ? * MON-FRI', 'Monday to Friday at 02:30'],
  ['0 0 4 1 * ?', 'On the first of each month at 04:00'],
] as const

/** Milliseconds of rest after which the hub is asked what was typed comes to. */
const typingRestMs = 350

interface ScheduleFieldsProps {
  schedule: Schedule
  onChange: (schedule: Schedule) => void
}

/** Cron and time zone, with what the hub makes of them while they are typed: the next runs, or what is wrong. */
export function ScheduleFields({ schedule, onChange }: ScheduleFieldsProps) {
  const zonesId = useId()
  const [asked] = useDebouncedValue(schedule, typingRestMs)
  const preview = useQuery({
    ...jobQueries.preview(asked),
    enabled: asked.cron.trim() !== '' && asked.timeZone.trim() !== '',
    placeholderData: keepPreviousData,
    retry: false,
  })
  const problems =
    preview.error instanceof ApiProblem && preview.error.code === 'invalid'
      ? fieldProblems(preview.error.detail, ['schedule.cron', 'schedule.timeZone'])
      : {}
  const other = preview.error && Object.keys(problems).length === 0
  const words = preview.data && !preview.isError ? scheduleWords(preview.data.schedule.cron) : undefined
  return (
    <div className={classes['fields']}>
      <NativeSelect
        label="Begin with"
        value={examples.find(([cron]) => cron === schedule.cron)?.[0] ?? ''}
        onChange={(event) => {
          const cron = event.currentTarget.value
          if (cron !== '') onChange({ ...schedule, cron })
        }}
        data={[
          { value: '', label: 'An expression of your own' },
          ...examples.map(([value, label]) => ({ value, label })),
        ]}
      />
      <TextInput
        label="Cron expression"
        description="Quartz: second minute hour day-of-month month day-of-week [year]; one of the two day fields is ?"
        classNames={{ input: classes['code'] ?? '' }}
        required
        maxLength={200}
        spellCheck={false}
        value={schedule.cron}
        error={problems['schedule.cron'] ?? problems['']}
        onChange={(event) => onChange({ ...schedule, cron: event.currentTarget.value })}
      />
      <TextInput
        label="Time zone"
        description={`The clocks that the schedule goes by. Yours: ${ownTimeZone()}`}
        required
        maxLength={100}
        spellCheck={false}
        list={zonesId}
        value={schedule.timeZone}
        error={problems['schedule.timeZone']}
        onChange={(event) => onChange({ ...schedule, timeZone: event.currentTarget.value })}
      />
      <datalist id={zonesId}>
        {timeZones().map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      {other && <ProblemAlert what="The preview" error={preview.error} onRetry={() => void preview.refetch()} />}
      {preview.data && !preview.isError && (
        <section
          aria-label="Next runs"
          className={classes['preview']}
          data-old={preview.isPlaceholderData || undefined}
        >
          <h3>{words ?? 'The next runs'}</h3>
          <ol>
            {preview.data.runs.map((at) => (
              <li key={at}>
                <span>{formatInZone(at, preview.data.schedule.timeZone)}</span>
                <Timestamp instant={at} relative={false} />
              </li>
            ))}
          </ol>
        </section>
      )}
    </div>
  )
}

function timeZones(): string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')]
}

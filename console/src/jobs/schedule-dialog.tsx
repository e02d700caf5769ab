import { Button } from '@mantine/core'
import type { Job, Schedule } from '@postern/protocol'
import { useState } from 'react'
import { ModalDialog } from '../elements/modal-dialog.tsx'
import dialog from '../elements/modal-dialog.module.css'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { ownTimeZone } from '../format/zoned.ts'
import classes from './jobs.module.css'
import { ScheduleFields } from './schedule-fields.tsx'
import { useUpdateJob } from './update-job.ts'

/** Changes when a job runs, and nothing else of it. */
export function ScheduleDialog({ job, onClose }: { job: Job; onClose: () => void }) {
  const [schedule, setSchedule] = useState<Schedule>(job.schedule ?? { cron: '0 0 * * * ?', timeZone: ownTimeZone() })
  const save = useUpdateJob(job.id, { said: 'The schedule is saved', onDone: onClose })
  const clear = useUpdateJob(job.id, { said: 'The schedule is taken away', onDone: onClose })
  const error = save.error ?? clear.error
  return (
    <ModalDialog title="Schedule" open onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate({ schedule })
        }}
      >
        <ScheduleFields schedule={schedule} onChange={setSchedule} />
        {error && (
          <div className={dialog['problem']}>
            <ProblemAlert error={error} />
          </div>
        )}
        <div className={dialog['actions']}>
          {job.schedule && (
            <Button
              className={classes['apart'] ?? ''}
              variant="subtle"
              color="brick"
              loading={clear.isPending}
              onClick={() => clear.mutate({ schedule: null })}
            >
              No schedule
            </Button>
          )}
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save the schedule
          </Button>
        </div>
      </form>
    </ModalDialog>
  )
}

import { Button } from '@mantine/core'
import { ApiProblem } from '../api/api.ts'
import { CopyButton } from './copy-button.tsx'
import { Icon } from './icon.tsx'
import { Notice } from './notice.tsx'
import { PlainText } from './plain-text.tsx'
import classes from './problem-alert.module.css'

interface ProblemAlertProps {
  error: unknown
  /** What could not be had, before the problem's title. */
  what?: string
  /** In place of the problem's own title, where the page can say it better. */
  title?: string | undefined
  /** In place of all that the problem says, where some of it is told elsewhere. */
  detail?: string
  onRetry?: () => void
}

/** What went wrong and what to do; with the request id that finds it in the hub's log, and a way to try again. */
export function ProblemAlert({ error, what, title, detail, onRetry }: ProblemAlertProps) {
  const problem = error instanceof ApiProblem ? error : undefined
  return (
    <Notice tone="bad" role="alert" isSigned>
      <div className={classes['body']}>
        <p className={classes['title']}>
          {what ? `${what}: ` : ''}
          {title ?? problem?.title ?? 'Something in the console broke'}
        </p>
        <p>
          <PlainText
            text={detail ?? problem?.detail ?? 'This is a defect of the console, not of your data. Reloading may help.'}
          />
        </p>
        {problem?.requestId && (
          <p className={classes['request']}>
            Request <code>{problem.requestId}</code>
            <CopyButton text={problem.requestId} label="Copy the request id" />
          </p>
        )}
      </div>
      {onRetry && (
        <Button size="xs" variant="default" leftSection={<Icon name="retry" size={14} />} onClick={onRetry}>
          Try again
        </Button>
      )}
    </Notice>
  )
}

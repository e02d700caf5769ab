import type { EnvironmentServer, Job } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { environmentQueries } from '../api/environment-queries.ts'
import { useLiveEnvironment } from '../environments/live-environments.ts'
import { Icon } from '../elements/icon.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { needsConfirmation, takesExecutions } from '../environments/presence-faces.ts'
import classes from './jobs.module.css'

/** Said before somebody runs it: that nothing would start, since no server of the environment takes executions now. */
export function RunOutlook({ job }: { job: Job }) {
  const environment = useQuery(environmentQueries.one(job.environmentId))
  useLiveEnvironment(job.environmentId)
  if (!environment.data) return null
  const { servers } = environment.data
  if (servers.some(takesExecutions)) return null
  return (
    <p className={classes['outlook']} role="note">
      <Icon name="warning" />
      <span>
        No environment server of{' '}
        <Link to="/environments/$environmentId" params={{ environmentId: job.environmentId }}>
          <PlainText text={job.environmentName} />
        </Link>{' '}
        takes executions now
        {why(servers)}. An execution that is started waits for one until its time-out.
      </span>
    </p>
  )
}

function why(servers: readonly EnvironmentServer[]): string {
  if (servers.some(needsConfirmation)) return ': the fingerprint of one waits to be confirmed'
  return servers.some(({ drainedAt }) => drainedAt !== null)
    ? ': none is online that is not drained'
    : ': none is online'
}

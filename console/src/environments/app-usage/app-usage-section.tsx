import type { AppUsage } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { environmentQueries } from '../../api/environment-queries.ts'
import { PlainText } from '../../elements/plain-text.tsx'
import { ProblemAlert } from '../../elements/problem-alert.tsx'
import { Section } from '../../elements/section.tsx'
import { SkeletonRows } from '../../elements/skeleton-rows.tsx'
import { Timestamp } from '../../elements/timestamp.tsx'
import { formatCountOf } from '../../format/quantities.ts'
import classes from './app-usage.module.css'
import { figureWords, frequencyWords } from './usage-figures.ts'

/** The newest executions change little in figures over thirty of them. */
const refreshMs = 60_000

/** What each app needs on each server of an environment (ES-25): for choosing machines and limits. */
export function AppUsageSection({ environmentId }: { environmentId: string }) {
  const usage = useQuery({ ...environmentQueries.appUsage(environmentId), refetchInterval: refreshMs })
  return (
    <Section title="App usage" summary="Over the last 30 executions of each app on each server">
      {usage.isPending && <SkeletonRows label="Loading what apps use" rows={2} />}
      {usage.isError && <ProblemAlert what="What apps use" error={usage.error} onRetry={() => void usage.refetch()} />}
      {usage.data?.apps.length === 0 && <p className={classes['none']}>No app has ended here yet.</p>}
      {usage.data && usage.data.apps.length > 0 && <Table apps={usage.data.apps} />}
    </Section>
  )
}

function Table({ apps }: { apps: readonly AppUsage[] }) {
  return (
    // Scrolled by keys too.
    <div className={classes['scroll']} role="region" aria-label="App usage, scrollable" tabIndex={0}>
      <table className={classes['usage']} aria-label="App usage">
        <thead>
          <tr>
            <th scope="col" rowSpan={2}>
              App name
            </th>
            <th scope="col" rowSpan={2}>
              Environment server
            </th>
            <th scope="col" rowSpan={2}>
              Frequency
            </th>
            <th scope="colgroup" colSpan={4} title="Processor seconds by seconds of its run">
              CPU used (cores)
            </th>
            <th scope="colgroup" colSpan={3} title="The most that each execution held at once">
              Memory used (MB)
            </th>
            <th scope="col" rowSpan={2}>
              Last ended
            </th>
          </tr>
          <tr>
            {['Mean', ...spreadNames, ...spreadNames].map((name, place) => (
              <th key={place} scope="col" title={name === '95 %' ? '95th percentile' : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {apps.map((app) => (
            <Row key={`${app.serverXid} ${app.programName}`} app={app} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

const spreadNames = ['Median', '95 %', 'Peak'] as const

function Row({ app }: { app: AppUsage }) {
  const { cores, memoryMegabytes: memory } = app
  const figures = [cores?.mean, cores?.median, cores?.p95, cores?.peak, memory?.median, memory?.p95, memory?.peak]
  return (
    <tr>
      <th scope="row">
        <PlainText text={app.displayName} />
        <span className={classes['program']}>
          <PlainText text={app.programName} />
        </span>
      </th>
      <td>
        <PlainText text={app.serverName} />
      </td>
      <td title={formatCountOf(app.executions, 'execution')}>{frequencyWords(app.executionsPerDay)}</td>
      {figures.map((figure, place) => (
        <td key={place} className={classes['figure']}>
          {figure === undefined ? '–' : figureWords(figure)}
        </td>
      ))}
      <td>
        <Timestamp instant={app.lastFinishedAt} />
      </td>
    </tr>
  )
}

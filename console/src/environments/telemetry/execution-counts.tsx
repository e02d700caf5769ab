import type { ServerTelemetry } from '@postern/protocol'
import { formatCount } from '../../format/quantities.ts'
import classes from './telemetry.module.css'

const rows = [
  ['today', 'Today (UTC)'],
  ['sevenDays', '7 days'],
  ['thirtyDays', '30 days'],
] as const

/** How much a server did of late, by the hub's own books. */
export function ExecutionCountsTable({ executions }: { executions: ServerTelemetry['executions'] }) {
  return (
    <div className={classes['scroll']}>
      <table className={classes['counts']} aria-label="Executions of this server">
        <thead>
          <tr>
            <th scope="col">Within</th>
            <th scope="col">Ended</th>
            <th scope="col">Succeeded</th>
            <th scope="col">Failed</th>
            <th scope="col" title="Hours that its executors had an app in them, all together">
              Busy hours
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([key, name]) => {
            const { ended, succeeded, failed, busyHours } = executions[key]
            return (
              <tr key={key}>
                <th scope="row">{name}</th>
                <td>{formatCount(ended)}</td>
                <td>{formatCount(succeeded)}</td>
                <td>{formatCount(failed)}</td>
                <td>{formatCount(Math.round(busyHours * 10) / 10)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

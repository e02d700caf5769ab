import { pollMs, useLiveState } from '../../api/live.ts'
import type { EdgeState } from './edge-live.ts'
import classes from './telemetry.module.css'

/** How the figures come to this page, and what stands in the way of a better one. */
export function WayOfFigures({ edge, port }: { edge: EdgeState; port: number | undefined }) {
  const own = useLiveState()
  if (port === undefined || (edge === 'asking' && own === 'connecting')) return null
  const isLive = edge === 'open' || own === 'open'
  return (
    <p className={classes['way']} data-live={isLive || undefined} role="status">
      {wayInWords(edge, port, own === 'open')}
    </p>
  )
}

function wayInWords(edge: EdgeState, port: number, isOwnOpen: boolean): string {
  if (edge === 'open') return `Live over port ${port}`
  const instead = isOwnOpen
    ? "live over the console's port"
    : `asked for every ${pollMs / 1000} seconds over the console's port`
  if (edge === 'asking') return `Figures: ${instead}`
  return `This browser does not reach port ${port} of the hub. Figures: ${instead}`
}

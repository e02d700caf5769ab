import type { AppKind, Execution } from '@postern/protocol'

export const triggerWords: Record<Execution['trigger'], string> = {
  'run-now': 'Run now',
  schedule: 'Schedule',
  approval: 'Approval of a plan',
}

export const appKindWords: Record<AppKind, string> = {
  feed: 'feed',
  export: 'export',
  alerts: 'alerts',
  action: 'action',
  tcex: 'TcEx app',
}

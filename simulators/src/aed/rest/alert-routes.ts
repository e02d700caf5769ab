import { Refusal } from '../../http/refusal.ts'
import type { Answer, Call, Route } from '../../http/router.ts'
import type { Appliance } from '../appliance.ts'
import type { AedDialect } from '../dialect.ts'
import type { NumberedAlert } from '../store/alert-store.ts'
import { pageOf, readListQuery, selectKeys } from './list-query.ts'
import { jsonAnswer } from './json-answer.ts'

const severities = ['low', 'medium', 'high']
const sortable = ['id', 'alertType', 'severity', 'startTime', 'updateTime', 'pgid']

/** `/alerts/` and `/alerts/<id>/`; their keys are our guess, since nothing public shows them. */
export function alertRoutes(appliance: Appliance, base: string): Route[] {
  return [
    { kind: 'rest-alerts', method: 'GET', path: `${base}/alerts/`, handle: (call) => listAlerts(call, appliance) },
    {
      kind: 'rest-alert',
      method: 'GET',
      path: `${base}/alerts/:id/`,
      handle(call) {
        const alert = appliance.alerts.get(Number(call.params['id']))
        if (alert === undefined) throw new Refusal(404, 'notFound', 'there is no such alert')
        return jsonAnswer(200, onTheWire(alert, appliance.dialect))
      },
    },
  ]
}

function listAlerts(call: Call, { alerts, dialect }: Appliance): Answer {
  const query = readListQuery(call.query, sortable)
  const wanted = dialect.alertFilters === 'honoured' ? readSeverities(call.query) : undefined
  const found = alerts
    .all()
    .filter((alert) => wanted === undefined || wanted.includes(alert.severity))
    .filter((alert) => matches(alert, query.words, dialect.keywords))
  const page = pageOf(found, query)
  return jsonAnswer(200, { alerts: page.map((alert) => selectKeys(onTheWire(alert, dialect), query.select)) })
}

/** `severity=2,3`, `severity=high` or the parameter several times. */
function readSeverities(query: URLSearchParams): number[] | undefined {
  const words = query
    .getAll('severity')
    .flatMap((text) => text.split(','))
    .filter((word) => word !== '')
  if (words.length === 0) return undefined
  return words.map((word) => {
    const severity = /^[1-3]$/.test(word) ? Number(word) : severities.indexOf(word.toLowerCase()) + 1
    if (severity === 0)
      throw new Refusal(400, 'invalidParameter', `no severity is called ${word.slice(0, 40)}`, { field: 'severity' })
    return severity
  })
}

function matches(alert: NumberedAlert, words: readonly string[], keywords: AedDialect['keywords']): boolean {
  if (keywords === 'ignored' || words.length === 0) return true
  const text = Object.values(alert).join('\n').toLowerCase()
  const isThere = (word: string) => text.includes(word.toLowerCase())
  return keywords === 'all' ? words.every(isThere) : words.some(isThere)
}

function onTheWire(alert: NumberedAlert, dialect: AedDialect): object {
  const time = (seconds: number) => (dialect.alertTimes === 'epoch' ? seconds : new Date(seconds * 1000).toISOString())
  return {
    ...alert,
    severity: dialect.alertSeverity === 'numeric' ? alert.severity : severities[alert.severity - 1],
    isActive: Number(alert.isActive),
    startTime: time(alert.startTime),
    updateTime: time(alert.updateTime),
  }
}

import { Counter, type Registry } from 'prom-client'
import type { TelemetryWriter } from './telemetry-writer.ts'

/** What became of the telemetry that this hub was to write: each hub counts its own. */
export function addTelemetryMetrics(metrics: Registry, counts: TelemetryWriter['counts']): void {
  const messages = new Counter({
    name: 'postern_telemetry_messages_total',
    help: 'Telemetry of environment servers: taken, over the quota of its server, or lost since it could not be written',
    labelNames: ['fate'],
    registers: [],
    collect() {
      const { taken, overQuota, lost } = counts()
      this.reset()
      this.inc({ fate: 'taken' }, taken)
      this.inc({ fate: 'over quota' }, overQuota)
      this.inc({ fate: 'lost' }, lost)
    },
  })
  metrics.registerMetric(messages)
}

import { readCaFolder } from '@postern/intel/certificates'
import * as files from 'node:fs'
import { StartProblem } from '../log/start-problem.ts'
import type { Settings } from '../home/settings.ts'
import { authorityOf, type HttpProxy, proxyOf } from '../proxy/http-proxy.ts'
import { AllowedInspection } from './allowed-inspection.ts'

/** Every way out of this server, as its settings choose it (D30). An absent proxy means direct. */
export type HubRoutes = {
  /** MQTT to the broker: in TLS itself, or in a WebSocket in it. */
  messages: WayToHub & { transport: 'raw' | 'websocket'; host: string; port: number }
  /** HTTPS to the hub: enrolment, packages, logs, results, the apps' own calls. */
  api: WayToHub & { url: string }
  /** All else that apps call. */
  external: HttpProxy | undefined
}

type WayToHub = {
  proxy: HttpProxy | undefined
  /** Absent: whoever opens TLS on the way is refused (S17). */
  inspection?: AllowedInspection | undefined
}

/**
 * @param onInspected hears whose certificate was met in place of the hub's, where that is allowed
 * @throws StartProblem where a switch wants a proxy that is not set
 */
export function hubRoutes(
  settings: Settings,
  proxyPassword: string | undefined,
  onInspected: (at: string, issuer: string) => void = () => undefined,
): HubRoutes {
  const { apiURL, brokerHost, brokerPort, queueTransport, proxyTC, proxyExternal } = settings
  const proxy = proxyOf(settings, proxyPassword)
  const half = halfProxyOf(settings)
  if (half !== undefined) throw new StartProblem(half)
  const overWebSocket = queueTransport === 'websocket'
  const inspection = settings.allowInspectedTls
    ? new AllowedInspection(readCaFolder(settings.caFolder, files).certificates, onInspected)
    : undefined
  return {
    messages: {
      transport: overWebSocket ? 'websocket' : 'raw',
      host: brokerHost,
      port: brokerPort,
      proxy: overWebSocket || proxyTC ? proxy : undefined,
      inspection,
    },
    api: {
      url: overWebSocket ? `https://${authorityOf(brokerHost, brokerPort)}` : apiURL.replace(/\/+$/, ''),
      proxy: proxyTC ? proxy : undefined,
      inspection,
    },
    external: proxyExternal ? proxy : undefined,
  }
}

type ProxySettings = Partial<Pick<Settings, 'proxyHost' | 'proxyPort' | 'proxyTC' | 'proxyExternal'>>

/** What is missing of a proxy that the settings name in part, as a sentence; nothing where all of it is set, or none. */
export function halfProxyOf(settings: ProxySettings): string | undefined {
  if (proxyOf(settings, undefined) !== undefined) return undefined
  const { proxyHost, proxyPort } = settings
  if (proxyHost !== undefined) return 'proxyHost is set and proxyPort is not. Set both, or neither.'
  if (proxyPort !== undefined) return 'proxyPort is set and proxyHost is not. Set both, or neither.'
  const wanting = (['proxyTC', 'proxyExternal'] as const).find((name) => settings[name])
  return wanting && `${wanting} is true, and there is no proxy. Set proxyHost and proxyPort.`
}

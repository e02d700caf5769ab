import { StartProblem } from '../log/start-problem.ts'
import type { Settings } from '../home/settings.ts'
import { authorityOf, type HttpProxy, proxyOf } from '../proxy/http-proxy.ts'

/** Every way out of this server, as its settings choose it (D30). An absent proxy means direct. */
export type HubRoutes = {
  /** MQTT to the broker: in TLS itself, or in a WebSocket in it. */
  messages: { transport: 'raw' | 'websocket'; host: string; port: number; proxy: HttpProxy | undefined }
  /** HTTPS to the hub: enrolment, packages, logs, results, the apps' own calls. */
  api: { url: string; proxy: HttpProxy | undefined }
  /** All else that apps call. */
  external: HttpProxy | undefined
}

/** @throws StartProblem where a switch wants a proxy that is not set */
export function hubRoutes(settings: Settings, proxyPassword: string | undefined): HubRoutes {
  const { apiURL, brokerHost, brokerPort, queueTransport, proxyTC, proxyExternal } = settings
  const proxy = proxyOf(settings, proxyPassword)
  const half = halfProxyOf(settings)
  if (half !== undefined) throw new StartProblem(half)
  const overWebSocket = queueTransport === 'websocket'
  return {
    messages: {
      transport: overWebSocket ? 'websocket' : 'raw',
      host: brokerHost,
      port: brokerPort,
      proxy: overWebSocket || proxyTC ? proxy : undefined,
    },
    api: {
      url: overWebSocket ? `https://${authorityOf(brokerHost, brokerPort)}` : apiURL.replace(/\/+$/, ''),
      proxy: proxyTC ? proxy : undefined,
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

import type { EgressGuard, GuardPort } from '../egress/egress-guard.ts'
import type { HubRoutes } from '../hub-link/hub-routes.ts'
import type { AppRuntime } from '../runtimes/choose-runtime.ts'
import type { Confinement, LaunchRequest } from '../sandbox/confinement.ts'
import { proxyPort } from '../sandbox/proxy-port.ts'

/**
 * Python and Java know no other way out; opening it takes a start of Node, which an app for Node, which opens its own way to the
 * guard's socket, is spared where no proxy of the site has to be told of (ES-18).
 */
export function needsProxyPort({ language }: AppRuntime, routes: HubRoutes): boolean {
  return language !== 'NODE' || hasSiteProxy(routes)
}

/** Whether any call of apps leaves by a proxy of the site. */
export function hasSiteProxy({ api, external }: HubRoutes): boolean {
  return api.proxy !== undefined || external !== undefined
}

/** Where clients that know only proxies of TCP find the guard; nothing where the app needs none. */
export async function guardPortFor(
  { tier }: Confinement,
  { needsProxyPort }: LaunchRequest,
  guard: EgressGuard,
): Promise<GuardPort | undefined> {
  // It shares the machine's network.
  if (tier !== 'isolated') return await guard.openPort()
  return needsProxyPort ? { host: '127.0.0.1', port: proxyPort } : undefined
}

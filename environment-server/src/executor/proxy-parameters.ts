import { type ParameterValue, platformParameters } from '@postern/protocol'
import type { GuardPort } from '../egress/egress-guard.ts'
import type { HubRoutes } from '../hub-link/hub-routes.ts'

/**
 * What an app is told about proxies, by the names of TcEx. The proxy that it sees is always the egress guard, which dials the site's
 * own (D30): so no app learns that one's password. Without a port of the guard's only the switches are told.
 */
export function proxyParameters(
  { api, external }: Pick<HubRoutes, 'api' | 'external'>,
  guard: GuardPort | undefined,
): Record<string, ParameterValue> {
  if (!api.proxy && !external) return {}
  return {
    [platformParameters.proxyTc]: api.proxy !== undefined,
    [platformParameters.proxyExternal]: external !== undefined,
    // TcEx stops at an empty port: a name without a value is left out.
    ...(guard && {
      [platformParameters.proxyHost]: guard.host,
      [platformParameters.proxyPort]: guard.port,
    }),
    ...(guard?.credentials && {
      [platformParameters.proxyUsername]: guard.credentials.username,
      [platformParameters.proxyPassword]: guard.credentials.password,
    }),
  }
}

/** For clients that look for a proxy in the environment; curl reads one of them in lower case only. */
export function proxyEnvironment(guard: GuardPort | undefined): Record<string, string> {
  if (!guard) return {}
  const { host, port, credentials } = guard
  const user = credentials ? `${credentials.username}:${credentials.password}@` : ''
  const address = `http://${user}${host}:${port}`
  return { HTTPS_PROXY: address, https_proxy: address, HTTP_PROXY: address, http_proxy: address }
}

import type { ParameterValue } from '@postern/protocol'

/** As many as a command may name. */
const hostsMax = 100

/**
 * The hosts that an attempt may reach beside the hub (S7): those of `postern.json`, and those that the values of the app's
 * address parameters name, by the name and port that they say. What cannot be read as an address opens nothing.
 */
export function egressHosts(
  declared: readonly string[],
  addressParameters: readonly string[],
  parameters: Readonly<Record<string, ParameterValue>>,
): string[] {
  const hosts = new Set(declared)
  for (const name of addressParameters) {
    for (const text of textsOf(parameters[name])) {
      const host = hostOf(text)
      if (host !== undefined) hosts.add(host)
    }
  }
  return [...hosts].slice(0, hostsMax)
}

function textsOf(value: ParameterValue | undefined): string[] {
  if (typeof value === 'string') return [value]
  if (!Array.isArray(value)) return []
  return value.flatMap((item) => (typeof item === 'string' ? [item] : [item.value]))
}

/** `host`, or `host:port` where a port is named or the URL's scheme implies one; IPv6 in brackets. */
function hostOf(text: string): string | undefined {
  const trimmed = text.trim()
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed)
  // An https scheme is lent to a bare host so that URL reads it; a bare host then opens every port of it.
  const url = URL.parse(hasScheme ? trimmed : `https://${trimmed}`)
  if (url === null || url.hostname === '' || /[\s,]/.test(url.hostname)) return undefined
  if (url.port !== '') return `${url.hostname}:${url.port}`
  // URL drops a scheme's own port, written or not.
  if (trimmed.endsWith(':443')) return `${url.hostname}:443`
  if (!hasScheme) return url.hostname
  return url.protocol === 'http:'
    ? `${url.hostname}:80`
    : url.protocol === 'https:'
      ? `${url.hostname}:443`
      : url.hostname
}

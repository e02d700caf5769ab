import { probeValue } from '../exclusions/probed-value.ts'
import { canonicalise } from './canonicalise.ts'
import type { IndicatorType } from './indicator-types.ts'

/** A canonical value in its type. */
export type NamedIndicator = { readonly type: IndicatorType; readonly value: string }

/**
 * Indicators that stand for this one too, whether anybody asserts them or not, the nearest first: the networks around an address or a
 * network, the host of a URL and, where that is an address, the networks around it. 130 at most.
 * @param value canonical
 */
export function coveringIndicators(type: IndicatorType, value: string): readonly NamedIndicator[] {
  switch (type) {
    case 'Address':
      return networksAround(value, value.includes(':') ? 128 : 32)
    case 'CIDR': {
      const slash = value.lastIndexOf('/')
      return networksAround(value.slice(0, slash), Number(value.slice(slash + 1)) - 1)
    }
    case 'URL':
      return hostOf(value).flatMap((host) => [host, ...coveringIndicators(host.type, host.value)])
    default:
      return []
  }
}

function networksAround(address: string, prefixMax: number): NamedIndicator[] {
  return Array.from({ length: prefixMax + 1 }, (_, index) => prefixMax - index).flatMap((prefix) =>
    named('CIDR', `${address}/${prefix}`),
  )
}

function hostOf(url: string): NamedIndicator[] {
  const { host = '' } = probeValue('URL', url)
  const address = named('Address', host)
  return address.length > 0 ? address : named('Host', host)
}

function named(type: IndicatorType, text: string): NamedIndicator[] {
  const read = canonicalise(type, text)
  return read.ok ? [{ type, value: read.value }] : []
}

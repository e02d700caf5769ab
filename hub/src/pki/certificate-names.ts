import { hostname, networkInterfaces } from 'node:os'
import type { PublicNames } from '../settings/settings.ts'

/** What the hub's certificates are good for: the public names, this machine's own, and its addresses (ES-27). */
export function certificateNames(names: PublicNames): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((entries) =>
    (entries ?? []).map((entry) => entry.address),
  )
  const all = [
    new URL(names.apiURL).hostname,
    names.brokerHost,
    'localhost',
    hostname(),
    '127.0.0.1',
    '::1',
    ...addresses,
  ]
  return [...new Set(all.map((name) => name.replace(/^\[|\]$|%.*$/g, '')))]
}

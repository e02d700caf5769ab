import { hostname, networkInterfaces } from 'node:os'

/** What the hub's certificates are good for: the hosts it is known by, this machine's own name, and its addresses (ES-27). */
export function certificateNames(knownHosts: readonly string[]): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((entries) =>
    (entries ?? []).map((entry) => entry.address),
  )
  const all = [...knownHosts, 'localhost', hostname(), '127.0.0.1', '::1', ...addresses]
  return [...new Set(all.map((name) => name.replace(/%.*$/, '')))]
}

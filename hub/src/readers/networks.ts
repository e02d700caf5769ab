import { BlockList, isIP } from 'node:net'
import { type RawBuilder, sql } from 'kysely'
import { Problem } from '../lib/problem.ts'

/** Whether an address lies in one of the networks. No network takes none: who reads an empty list as "any" says so. */
export function isWithin(networks: readonly string[], address: string): boolean {
  const family = isIP(address)
  if (family === 0) return false
  const list = new BlockList()
  for (const network of networks) {
    const { base, prefix, version } = split(network)
    list.addSubnet(base, prefix, version === 6 ? 'ipv6' : 'ipv4')
  }
  // An IPv4-mapped address (`::ffff:192.0.2.1`) is found among IPv4 networks too.
  return list.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/**
 * Networks as they are stored: `192.0.2.1` becomes `192.0.2.1/32`.
 * @param field of the request, which a refusal names
 * @throws Problem `invalid` that names what is no network
 */
export function readNetworks(field: 'networks' | 'openNetworks', networks: readonly string[]): string[] {
  return networks.map((text) => {
    const { base, prefix, version } = split(text)
    const bitsMax = version === 6 ? 128 : 32
    if (version === 0 || !(prefix >= 0 && prefix <= bitsMax)) {
      const form = 'Write it as 192.0.2.0/24, 2001:db8::/32 or one address.'
      throw new Problem('invalid', `${field}: ${text} is no network. ${form}`)
    }
    return `${base}/${prefix}`
  })
}

function split(network: string): { base: string; prefix: number; version: number } {
  const [base = '', prefix, ...more] = network.split('/')
  const version = more.length > 0 ? 0 : isIP(base)
  if (prefix === undefined) return { base, prefix: version === 6 ? 128 : 32, version }
  return { base, prefix: /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1, version }
}

/** Networks as a column keeps them. `network()` takes off the bits behind the prefix, which `cidr` would refuse. */
export function networksOf(networks: readonly string[]): RawBuilder<string[]> {
  return sql`(select coalesce(array_agg(distinct network(n::inet)), '{}') from unnest(${[...networks]}::text[]) n)`
}

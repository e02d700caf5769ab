import { BlockList, isIPv4, isIPv6 } from 'node:net'

/** Addresses that no app reaches unless the local policy names them (S7), each with what it is. */
const ranges: readonly [string, number, 'ipv4' | 'ipv6', string][] = [
  ['0.0.0.0', 8, 'ipv4', 'an unspecified address'],
  ['127.0.0.0', 8, 'ipv4', "this server's own loopback"],
  ['169.254.0.0', 16, 'ipv4', 'a link-local or metadata address'],
  ['100.100.100.200', 32, 'ipv4', 'a metadata address'],
  ['192.0.0.192', 32, 'ipv4', 'a metadata address'],
  ['224.0.0.0', 4, 'ipv4', 'a multicast address'],
  ['255.255.255.255', 32, 'ipv4', 'the broadcast address'],
  ['::', 128, 'ipv6', 'an unspecified address'],
  ['::1', 128, 'ipv6', "this server's own loopback"],
  ['fe80::', 10, 'ipv6', 'a link-local address'],
  ['fd00:ec2::254', 128, 'ipv6', 'a metadata address'],
  ['ff00::', 8, 'ipv6', 'a multicast address'],
]

const lists = ranges.map(([network, prefix, family, what]) => {
  const list = new BlockList()
  list.addSubnet(network, prefix, family)
  return { list, what }
})

/** IPv6 prefixes (96 bits) whose last 32 bits are an IPv4 address that a packet may end up at: compatible, NAT64, and 6to4's 16. */
const embeddings = [
  { prefix: [0, 0, 0, 0, 0, 0], at: 6 },
  { prefix: [0, 0, 0, 0, 0, 0xffff], at: 6 },
  { prefix: [0, 0, 0, 0, 0xffff, 0], at: 6 },
  { prefix: [0x64, 0xff9b, 0, 0, 0, 0], at: 6 },
  { prefix: [0x64, 0xff9b, 1], at: 6 },
  { prefix: [0x2002], at: 1 },
] as const

/** What kind of forbidden address this is, in words; nothing if apps may reach it. */
export function forbiddenKind(address: string): string | undefined {
  if (isIPv4(address)) return lists.find(({ list }) => list.check(address, 'ipv4'))?.what
  const plain = address.split('%', 1)[0] ?? ''
  if (!isIPv6(plain)) return 'no IP address'
  const found = lists.find(({ list }) => list.check(plain, 'ipv6'))
  if (found) return found.what
  const groups = groupsOf(plain)
  for (const { prefix, at } of embeddings) {
    if (!prefix.every((group, index) => groups[index] === group)) continue
    const [high = 0, low = 0] = groups.slice(at, at + 2)
    const inner = forbiddenKind([high >> 8, high & 255, low >> 8, low & 255].join('.'))
    if (inner) return `${inner}, written as IPv6`
  }
  return undefined
}

/** The eight groups of an IPv6 address. URL writes it in its one canonical form, without dotted parts. */
function groupsOf(address: string): number[] {
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1)
  const [head = '', tail] = canonical.split('::')
  const parse = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)))
  const first = parse(head)
  if (tail === undefined) return first
  const last = parse(tail)
  return [...first, ...Array.from({ length: 8 - first.length - last.length }, () => 0), ...last]
}

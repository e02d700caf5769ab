/** Names of the machine itself, and those that clouds give to their metadata services. */
const names = new Set([
  'localhost',
  'localhost.localdomain',
  'localhost6',
  'localhost6.localdomain6',
  'ip6-localhost',
  'ip6-loopback',
  'broadcasthost',
  'metadata',
  'metadata.google.internal',
  'instance-data',
  'instance-data.ec2.internal',
  'metadata.azure.internal',
  'metadata.tencentyun.com',
  'metadata.platformequinix.com',
])

/**
 * What kind of forbidden place a name stands for, in words; nothing if apps may reach it. For names that are resolved elsewhere, by
 * the proxy: there the address is never seen here, and this is all that can be judged. RFC 6761, 6.3: all below localhost is loopback.
 */
export function forbiddenName(host: string): string | undefined {
  if (!names.has(host) && !host.endsWith('.localhost')) return undefined
  return host.includes('local') || host.startsWith('ip6') ? 'a name for loopback' : 'a name for a metadata address'
}

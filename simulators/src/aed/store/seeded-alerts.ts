import type { ApplianceAlert } from './alert-store.ts'

/** What a new appliance has already seen: six alerts of the last day and one older, all documentation addresses and names. */
export function seededAlerts(nowSeconds: number): ApplianceAlert[] {
  const hour = 3_600
  const at = (hoursAgo: number) => ({
    startTime: nowSeconds - hoursAgo * hour,
    updateTime: nowSeconds - hoursAgo * hour + 600,
  })
  return [
    {
      alertType: 'Blocked Host',
      severity: 2,
      isActive: false,
      ...at(72),
      description: 'Outbound threat filter blocked a host',
      direction: 'outbound',
      hostAddress: '192.0.2.17',
      domain: 'old-beacon.example.net',
    },
    {
      alertType: 'Bandwidth',
      severity: 3,
      isActive: true,
      ...at(20),
      description: 'Total traffic of Web Servers is above its threshold',
      pgid: 4,
      pgName: 'Web Servers',
      direction: 'inbound',
      destinationAddress: '203.0.113.80',
    },
    {
      alertType: 'Blocked Host',
      severity: 3,
      isActive: true,
      ...at(11),
      description: 'Source blocked by threat intelligence: botnet',
      pgid: 4,
      pgName: 'Web Servers',
      direction: 'inbound',
      hostAddress: '198.51.100.23',
      destinationAddress: '203.0.113.80',
      country: 'Example Country',
    },
    {
      alertType: 'Blocked Host',
      severity: 3,
      isActive: true,
      ...at(6),
      description: 'Outbound threat filter blocked a request to a malware site',
      direction: 'outbound',
      hostAddress: '192.0.2.44',
      domain: 'payload.example.org',
      url: 'http://payload.example.org/stage2.bin',
    },
    {
      alertType: 'Protection',
      severity: 1,
      isActive: false,
      ...at(4),
      description: 'Protection level of Mail Servers changed to medium',
      pgid: 7,
      pgName: 'Mail Servers',
    },
    {
      alertType: 'Blocked Host',
      severity: 2,
      isActive: true,
      ...at(2),
      description: 'Source blocked by rate: DNS flood',
      pgid: 9,
      pgName: 'DNS Servers',
      direction: 'inbound',
      hostAddress: '198.51.100.99',
      destinationAddress: '203.0.113.53',
    },
    { alertType: 'System', severity: 1, isActive: false, ...at(1), description: 'Configuration was written' },
  ]
}

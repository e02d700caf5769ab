import type { ListFormat } from '@postern/protocol'

export const listFormatWords: Record<ListFormat, string> = {
  text: 'Text, a value a line',
  csv: 'CSV',
  json: 'JSON',
  'panos-ip': 'PAN-OS, IP',
  'panos-domain': 'PAN-OS, domain',
  'panos-url': 'PAN-OS, URL',
  'fortigate-ip': 'FortiGate, IP',
  'fortigate-domain': 'FortiGate, domain',
  'fortigate-hash': 'FortiGate, hash',
  'cisco-ip': 'Cisco, IP',
}

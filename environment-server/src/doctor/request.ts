import { hostname, networkInterfaces } from 'node:os'
import type { AllowedInspection } from '../hub-link/allowed-inspection.ts'
import { authorityOf, type HttpProxy } from '../proxy/http-proxy.ts'
import type { FindingCode } from './finding.ts'

/** Where a walk leads, and what for. */
export type Destination = {
  purpose: 'messages' | 'HTTPS'
  host: string
  port: number
  proxy: HttpProxy | undefined
  /** Where this server's settings let TLS be opened on the way (S17). */
  inspection?: AllowedInspection | undefined
  /** Whether 62000 could carry this as well (D30). */
  couldUseMessages: boolean
}

/** What to ask the network team for, as they would write it in their ticket; nothing where it is not theirs to cure. */
export function requestFor(code: FindingCode, to: Destination): string | undefined {
  const at = authorityOf(to.host, to.port)
  const proxyAt = to.proxy === undefined ? '' : authorityOf(to.proxy.host, to.proxy.port)
  const from = thisMachine()
  switch (code) {
    case 'name-not-resolved':
      return `Please let ${from} resolve ${to.host} in DNS: an A or AAAA record with the address of the Postern hub.`
    case 'nothing-listens':
    case 'no-answer':
    case 'connection-cut':
      return `Please allow outbound TCP from ${from} to ${at} (${protocolOf(to)}, no inbound connection is needed), and leave it open: connections last for days.${otherWay(to)}`
    case 'tls-not-answered':
      return `Please check what holds back TLS from ${from} to ${at}: TCP connects, and no answer to the TLS handshake arrives.`
    case 'large-packets-lost':
      return `Please mend the path MTU between ${from} and ${at}: small packets pass, full ones are lost. Let ICMP "fragmentation needed" (type 3, code 4; ICMPv6 type 2) through, or clamp the MSS.`
    case 'tls-opened':
    case 'tls-inspected':
    case 'inspection-not-allowed':
    case 'client-certificate-refused':
      return `Please exempt ${at} from TLS inspection for ${from}: the two ends verify each other's certificates with a CA of their own.`
    case 'proxy-unreachable':
      return `Please allow outbound TCP from ${from} to the proxy ${proxyAt}.`
    case 'proxy-credentials':
      return `Please give ${from} a user name and a password for HTTP CONNECT with Basic authentication on the proxy ${proxyAt}.`
    case 'proxy-refused':
    case 'proxy-odd':
      return `Please allow ${from} HTTP CONNECT to ${at} on the proxy ${proxyAt}, without TLS inspection.${otherWay(to)}`
    case 'proxy-cuts':
      return `Please let tunnels from ${from} to ${at} through the proxy ${proxyAt} live: they are opened, and then cut. No limit of bytes or time fits them; they last for days.`
    case 'websocket-stripped':
      return `Please let HTTP Upgrade to WebSocket pass from ${from} to https://${at}/mqtt.`
    case 'clock-skewed':
    case 'certificate-expired':
    case 'certificate-not-yet-valid':
      return `Please give ${from} a time server: NTP, UDP port 123, outbound.`
    case 'ipv6-broken':
      return `Please let ${from} reach ${at} over IPv6 as well, or take the AAAA record of ${to.host} away.`
    default:
      return undefined
  }
}

function protocolOf({ purpose }: Destination): string {
  return purpose === 'messages' ? 'MQTT over TLS' : 'HTTPS'
}

function otherWay({ couldUseMessages }: Destination): string {
  return couldUseMessages
    ? ' (Without that: configure.sh --set queueTransport=websocket lets the port of the messages carry this too.)'
    : ''
}

/** Name and addresses, as a firewall sees them unless they are translated. */
function thisMachine(): string {
  const addresses = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
    .map(({ address }) => address)
  return addresses.length === 0 ? hostname() : `${hostname()} (${addresses.slice(0, 4).join(', ')})`
}

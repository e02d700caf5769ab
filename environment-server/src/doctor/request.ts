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
  /** The address that is dialled is this machine's own: no network team stands between. */
  isHere?: boolean
}

/** The way to the port itself is closed; so may be that to the other one, and one request names both (D35). */
const closed: ReadonlySet<FindingCode> = new Set(['nothing-listens', 'no-answer', 'connection-cut', 'proxy-refused'])

export function isClosed(code: FindingCode): boolean {
  return closed.has(code)
}

/** What was met on a way, and on which. */
export type Met = { code: FindingCode; to: Destination }

/** For what was met, and what is closed beside it; nothing where the cure is not theirs. */
export function requestForBoth({ code, to }: Met, beside: Met | undefined): string | undefined {
  const first = requestFor(code, to)
  if (first === undefined || beside === undefined) return first
  if (beside.to.proxy === to.proxy) return requestFor(code, to, beside.to)
  return [first, requestFor(beside.code, beside.to)].join(' ').trim()
}

/**
 * What to ask the network team for, as they would write it in their ticket; nothing where it is not theirs to cure.
 * @param beside another port that is closed likewise
 */
export function requestFor(code: FindingCode, to: Destination, beside?: Destination): string | undefined {
  if (to.isHere && (!to.proxy || code === 'proxy-unreachable')) return undefined
  const ends = beside ? [to, beside] : [to]
  const at = authorityOf(to.host, to.port)
  const proxyAt = to.proxy === undefined ? '' : authorityOf(to.proxy.host, to.proxy.port)
  const from = thisMachine()
  switch (code) {
    case 'name-not-resolved':
      return `Please let ${from} resolve ${to.host} in DNS: an A or AAAA record with the address of the Postern hub.`
    case 'nothing-listens':
    case 'no-answer':
    case 'connection-cut':
      return `Please allow outbound TCP from ${from} to ${ends.map(withProtocol).join(' and ')}, and leave it open: connections last for days. No inbound connection is needed.${otherWay(to, beside)}`
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
      return `Please allow ${from} HTTP CONNECT to ${ends.map(({ host, port }) => authorityOf(host, port)).join(' and ')} on the proxy ${proxyAt}, without TLS inspection.${otherWay(to, beside)}`
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

function withProtocol({ host, port, purpose }: Destination): string {
  return `${authorityOf(host, port)} (${purpose === 'messages' ? 'MQTT over TLS' : 'HTTPS'})`
}

function otherWay(to: Destination, beside: Destination | undefined): string {
  if (beside?.couldUseMessages)
    return ` (${authorityOf(to.host, to.port)} alone is enough with configure.sh --set queueTransport=websocket.)`
  return to.couldUseMessages
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

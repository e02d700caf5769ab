import type { Socket } from 'node:net'
import { type ConnectionProblem, connectionProblem } from '../hub-link/connection-problem.ts'
import { inspectorOf, openWay, secure } from '../hub-link/dial-hub.ts'
import { inspectedWords } from '../hub-link/allowed-inspection.ts'
import { TlsOpened } from '../hub-link/tls-opened.ts'
import { authorityOf } from '../proxy/http-proxy.ts'
import { type Address, addressesOf, areOfThisMachine, unreachable } from './addresses.ts'
import { Cause, type FindingCode } from './finding.ts'
import { areLargePacketsLost } from './large-packets.ts'
import { type Destination, isClosed, type Met, requestFor, requestForBoth } from './request.ts'
import type { Walk } from './walk.ts'

/** How Postern hubs name their own CA. */
const hubIssuer = /^CN=Postern CA [0-9a-f]{8}$/

/** Names of its steps, in their order. */
export function stepsTo({ host, port, proxy }: Destination): [name: string, connection: string, tls: string] {
  const at = authorityOf(host, port)
  return [`DNS, ${(proxy ?? { host }).host}`, `${proxy ? 'TCP and proxy' : 'TCP'}, ${at}`, `TLS, ${at}`]
}

/**
 * From the name to TLS with the pinned CA, by the halves of the server's own dialer (D35).
 * @param other what this server needs as well: tried where the way is closed
 */
export async function walkTo(destination: Destination, walk: Walk, other?: Destination): Promise<void> {
  const { proxy } = destination
  const first = proxy ?? destination
  const [name, connection, tls] = stepsTo(destination)
  const addresses = await walk.step(name, async () => {
    const found = await addressesOf(first.host, walk.signal()).catch((error: unknown) => {
      throw causeOf(error, { ...destination, host: first.host })
    })
    return [wordsOf(found, first.host), found]
  })
  const to = { ...destination, isHere: areOfThisMachine(addresses) }
  await walk.step(connection, async () => {
    const socket = await openWay(to, walk.signal()).catch(async (error: unknown) => {
      throw await closedCause(error, to, addresses, walk, other)
    })
    socket.destroy()
    return [proxy ? `${authorityOf(proxy.host, proxy.port)} opens a tunnel.` : 'connects.', undefined]
  })
  if (!proxy) await adviseOnFamilies(to, addresses, walk)
  const inspectedBy = await walk.step(tls, async () => {
    const issuer = await tryTls(to, walk)
    const words =
      issuer === undefined
        ? "the hub's own certificate, issued by the pinned CA."
        : `a certificate issued by ${issuer}, which allowInspectedTls and caFolder allow here.`
    return [words, issuer] as const
  })
  if (inspectedBy !== undefined)
    walk.advise('tls-inspected', inspectedWords(inspectedBy), requestFor('tls-inspected', to))
}

/** The way walked is the first cause still; the other is looked at so that the network team is asked once. */
async function closedCause(
  error: unknown,
  to: Destination,
  addresses: Address[],
  walk: Walk,
  other: Destination | undefined,
): Promise<Cause> {
  const cause = causeOf(error, to, addresses)
  const beside = other && isClosed(cause.code) ? await metOnClosed(other, walk) : undefined
  if (beside === undefined) return cause
  const at = authorityOf(beside.to.host, beside.to.port)
  return new Cause(
    cause.code,
    `${cause.message} ${at} is closed as well.`,
    requestForBoth({ code: cause.code, to }, beside),
  )
}

/** What closes this way; nothing where it is open, or something else is wrong with it. */
async function metOnClosed(to: Destination, walk: Walk): Promise<Met | undefined> {
  try {
    const socket = await openWay(to, walk.signal())
    socket.destroy()
    return undefined
  } catch (error) {
    const { code } = connectionProblem(error, to.host, to.port)
    return isClosed(code) ? { code, to } : undefined
  }
}

/** @returns who opens TLS on the way, where that is allowed here; nothing where nobody does */
async function tryTls(to: Destination, walk: Walk): Promise<string | undefined> {
  const open = (): Promise<Socket> => openWay(to, walk.signal())
  const target = { ...to, caCertificate: walk.caCertificate }
  try {
    const secured = await secure(await open(), target, walk.signal())
    const inspectedBy = inspectorOf(secured, walk.caCertificate)
    secured.destroy()
    return inspectedBy
  } catch (error) {
    const { code, sentence } = connectionProblem(error, to.host, to.port)
    if (error instanceof TlsOpened && hubIssuer.test(error.issuer)) throw otherHub(error, to)
    if (code === 'no-answer') throw await silenceOf(to, open, walk.patienceMs)
    if (code === 'connection-cut' && to.proxy) throw proxyCuts(to)
    throw new Cause(code, sentence, requestFor(code, to))
  }
}

function otherHub({ issuer, code }: TlsOpened, to: Destination): Cause {
  const at = authorityOf(to.host, to.port)
  return new Cause(
    'other-hub',
    `The certificate of ${at} was issued by ${issuer} (${code}), which is the CA of a Postern hub, and not of the one that this bundle came from. Check apiURL and brokerHost; if the hub was set up anew, download a new bundle there.`,
    undefined,
  )
}

export function proxyCuts(to: Destination): Cause {
  const proxyAt = to.proxy ? authorityOf(to.proxy.host, to.proxy.port) : ''
  return new Cause(
    'proxy-cuts',
    `The proxy ${proxyAt} opens a tunnel to ${authorityOf(to.host, to.port)}, and then cuts it. It may limit bytes or time, or look for something in it.`,
    requestFor('proxy-cuts', to),
  )
}

/** TCP connects, and TLS stays without an answer. */
async function silenceOf(to: Destination, open: () => Promise<Socket>, patienceMs: number): Promise<Cause> {
  const at = authorityOf(to.host, to.port)
  if (await areLargePacketsLost(open, patienceMs)) {
    return new Cause(
      'large-packets-lost',
      `${at} answers small packets, and full ones are lost on the way: somewhere the MTU is smaller, and the word of it (ICMP) does not come back. Until it is mended, a smaller MTU on this machine helps: ip link set dev INTERFACE mtu 1280`,
      requestFor('large-packets-lost', to),
    )
  }
  return new Cause(
    'tls-not-answered',
    `${at} takes connections, and no answer to TLS arrives. A device on the way holds it back, or something else listens there.`,
    requestFor('tls-not-answered', to),
  )
}

async function adviseOnFamilies(to: Destination, addresses: Address[], walk: Walk): Promise<void> {
  if (new Set(addresses.map(({ family }) => family)).size < 2) return
  const dead = await unreachable(addresses, to.port, walk.signal)
  if (dead.length === 0 || dead.length === addresses.length) return
  const code: FindingCode = dead.every(({ family }) => family === 6) ? 'ipv6-broken' : 'no-answer'
  const list = dead.map(({ address }) => address).join(', ')
  walk.advise(
    code,
    `${to.host} cannot be reached at ${list}; its other addresses work. Each connection loses time until one of those is tried.`,
    requestFor(code, to),
  )
}

/** Where a name was resolved, its addresses are part of the finding: they may be the wrong ones. */
export function causeOf(error: unknown, to: Destination, addresses: Address[] = []): Cause {
  const { code, sentence }: ConnectionProblem = connectionProblem(error, to.host, to.port)
  const resolved = addresses.filter(({ address }) => address !== to.host).map(({ address }) => address)
  const doubt =
    resolved.length === 0 || to.proxy
      ? ''
      : ` ${to.host} is ${resolved.join(', ')} here: if that is not the hub's address, DNS is the cause.`
  return new Cause(code, `${sentence}${doubt}`, requestFor(code, to))
}

function wordsOf(found: Address[], host: string): string {
  const addresses = found.map(({ address }) => address)
  return addresses[0] === host ? 'an address; nothing to resolve.' : `is ${addresses.join(', ')}.`
}

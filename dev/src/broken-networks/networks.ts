import { Authority } from '../fake-hub/authority.ts'
import { addresses, ports } from './addresses.ts'
import type { Lab } from './lab.ts'
import { brokenProxy, hubName, otherTls, silent, type Station, withoutUpgrades } from './stations.ts'

export type Network = {
  /** What is wrong with it. */
  name: string
  /** The doctor's finding; nothing where the way is open. */
  finding: string | null
  /** Of each of these the sentences or requests say something. */
  says: string[]
  /** Whether the keychain is opened, to ask whether the hub knows this server. */
  withPassword?: true
  /** The cure is on this machine, so the network team is asked for nothing. */
  asksNobody?: true
  /** Where something never answers, which the doctor waits for. */
  isSilent?: true
  /** Breaks it. @returns the settings that it takes, and how it is mended */
  arrange: (lab: Lab) => Promise<{ settings?: Record<string, unknown>; mend: () => Promise<void> | void }>
}

export const networks: Network[] = [
  {
    name: 'nothing is wrong',
    finding: null,
    says: ["the hub's own certificate", 'right to within', 'the hub knows this server'],
    withPassword: true,
    arrange: () => Promise.resolve({ mend: () => undefined }),
  },
  {
    name: 'DNS does not know the name',
    finding: 'name-not-resolved',
    says: ['hub.lab cannot be resolved', 'an A or AAAA record'],
    arrange: (lab) => named(lab, undefined),
  },
  {
    name: 'DNS answers another address, where nothing listens',
    finding: 'nothing-listens',
    says: [`hub.lab is ${addresses.elsewhere} here: if that is not the hub's address, DNS is the cause`],
    arrange: (lab) => named(lab, [addresses.elsewhere]),
  },
  {
    name: 'a firewall drops what goes to port 62000',
    finding: 'no-answer',
    isSilent: true,
    says: [`hub.lab:${ports.broker} does not answer`, 'allow outbound TCP', addresses.server],
    arrange: (lab) => dropped(lab, ports.broker),
  },
  {
    name: 'a firewall refuses connections to the port',
    finding: 'nothing-listens',
    says: ['nothing answers at hub.lab:62009', 'to hub.lab:62009 (MQTT over TLS)'],
    arrange: () => Promise.resolve({ settings: { brokerPort: 62_009 }, mend: () => undefined }),
  },
  {
    name: 'port 62000 is open, and the one for HTTPS is closed',
    finding: 'no-answer',
    isSilent: true,
    says: [`hub.lab:${ports.api} does not answer`, 'queueTransport=websocket'],
    arrange: (lab) => dropped(lab, ports.api),
  },
  {
    name: 'both ports are closed',
    finding: 'no-answer',
    isSilent: true,
    says: [
      `hub.lab:${ports.broker} does not answer`,
      `hub.lab:${ports.api} is closed as well`,
      `to hub.lab:${ports.broker} (MQTT over TLS) and hub.lab:${ports.api} (HTTPS)`,
      `hub.lab:${ports.broker} alone is enough with configure.sh --set queueTransport=websocket`,
    ],
    arrange: async (lab) => {
      const closed = [await dropped(lab, ports.broker), await dropped(lab, ports.api)]
      return { mend: () => closed.forEach(({ mend }) => mend()) }
    },
  },
  {
    name: 'nothing listens, and the address is of this machine itself',
    finding: 'nothing-listens',
    says: [`nothing answers at ${addresses.server}:62009`],
    asksNobody: true,
    arrange: () =>
      Promise.resolve({ settings: { brokerHost: addresses.server, brokerPort: 62_009 }, mend: () => undefined }),
  },
  {
    name: 'a device opens TLS',
    finding: 'tls-opened',
    says: ['CN=Corporate inspection', 'exempt hub.lab:62000 from TLS inspection'],
    arrange: async (lab) => elsewhere(lab, await otherTls(...there, await Authority.create('Corporate inspection'))),
  },
  {
    name: 'another hub answers, with a CA of its own',
    finding: 'other-hub',
    says: ['CN=Postern CA 89abcdef', 'download a new bundle'],
    arrange: async (lab) => elsewhere(lab, await otherTls(...there, await Authority.create('Postern CA 89abcdef'))),
  },
  {
    name: 'something takes connections and says nothing',
    finding: 'tls-not-answered',
    isSilent: true,
    says: ['no answer to TLS arrives'],
    arrange: async () => {
      const station = await silent(addresses.hub)
      return { settings: { brokerPort: station.port }, mend: () => station[Symbol.asyncDispose]() }
    },
  },
  {
    name: 'full packets are lost without a word (MTU)',
    finding: 'large-packets-lost',
    isSilent: true,
    says: ['answers small packets, and full ones are lost', 'fragmentation needed'],
    arrange: (lab) => {
      // The hub's end takes less than it says; without offloading each segment is a packet of its own.
      lab.ip('link set hub mtu 1280')
      lab.ip(`route replace 10.77.0.0/24 dev hub src ${addresses.hub} advmss 1460`)
      lab.ipOfServer('link set server gso_max_segs 1')
      return Promise.resolve({
        mend: () => {
          lab.ip('link set hub mtu 1500')
          lab.ip(`route replace 10.77.0.0/24 dev hub src ${addresses.hub}`)
          lab.ipOfServer('link set server gso_max_segs 64')
        },
      })
    },
  },
  {
    name: 'the proxy wants a password',
    finding: 'proxy-credentials',
    says: ['wants other credentials (407)', 'Basic authentication'],
    arrange: () => behind(brokenProxy(addresses.hub, { status: () => 407 })),
  },
  {
    name: 'the proxy refuses CONNECT to 62000',
    finding: 'proxy-refused',
    says: ['(403)', 'HTTP CONNECT to hub.lab:62000'],
    arrange: () => behind(brokenProxy(addresses.hub, { status: (target) => (target.endsWith(':62000') ? 403 : 502) })),
  },
  {
    name: 'the proxy refuses CONNECT to both ports',
    finding: 'proxy-refused',
    says: [`HTTP CONNECT to hub.lab:${ports.broker} and hub.lab:${ports.api} on the proxy`],
    arrange: () => behind(brokenProxy(addresses.hub, { status: () => 403 })),
  },
  {
    name: 'the proxy cuts a tunnel after some bytes',
    finding: 'proxy-cuts',
    says: ['opens a tunnel to hub.lab:62000, and then cuts it'],
    arrange: () => behind(brokenProxy(addresses.hub, { cutAfterBytes: 600 })),
  },
  {
    name: 'there is no proxy at its address',
    finding: 'proxy-unreachable',
    says: ['cannot be reached (ECONNREFUSED)', `to the proxy ${addresses.hub}:3128`],
    arrange: () => Promise.resolve({ settings: proxied(3128), mend: () => undefined }),
  },
  {
    name: 'requests for WebSocket are stripped',
    finding: 'websocket-stripped',
    says: ['instead of opening a WebSocket', 'HTTP Upgrade'],
    arrange: async (lab) => {
      const station = await withoutUpgrades(addresses.hub, lab.hub.authority)
      const settings = { brokerPort: station.port, queueTransport: 'websocket' }
      return { settings, mend: () => station[Symbol.asyncDispose]() }
    },
  },
  {
    name: 'the clocks differ',
    finding: 'clock-skewed',
    says: ["s behind the hub's, so that it takes no command", 'UDP port 123'],
    arrange: (lab) => {
      lab.hub.clockOffsetMs = 600_000
      return Promise.resolve({ mend: () => void (lab.hub.clockOffsetMs = 0) })
    },
  },
  {
    name: 'the hub is not well',
    finding: 'hub-unavailable',
    says: ['answers 503'],
    arrange: (lab) => {
      lab.hub.api.failWith = 503
      return Promise.resolve({ mend: () => void (lab.hub.api.failWith = undefined) })
    },
  },
  {
    name: 'the server was revoked',
    finding: 'revoked',
    says: ['this server was revoked', 'Ask an administrator of the hub', 'Enrol it anew'],
    withPassword: true,
    arrange: (lab) => {
      lab.hub.revoked.add(lab.serverXid)
      return Promise.resolve({ mend: () => void lab.hub.revoked.delete(lab.serverXid) })
    },
  },
  {
    name: 'the server was enrolled anew elsewhere',
    finding: 'credentials-refused',
    says: ['it was enrolled anew elsewhere, or revoked by a hub of an older release'],
    withPassword: true,
    arrange: (lab) => {
      const { enrolled } = lab.hub
      const known = enrolled.get(lab.serverXid)
      enrolled.delete(lab.serverXid)
      return Promise.resolve({ mend: () => void (known && enrolled.set(lab.serverXid, known)) })
    },
  },
  {
    name: 'only IPv6 is broken',
    finding: null,
    isSilent: true,
    says: ['hub.lab cannot be reached at fd00:77::99; its other addresses work', 'AAAA record'],
    arrange: (lab) => named(lab, ['fd00:77::99', addresses.hub]),
  },
]

const there = [addresses.elsewhere, ports.broker] as const

function named(lab: Lab, found: string[] | undefined) {
  const before = lab.names.get(hubName) ?? []
  if (found === undefined) lab.names.delete(hubName)
  else lab.names.set(hubName, found)
  return Promise.resolve({ mend: () => void lab.names.set(hubName, before) })
}

/** The name leads to another station. */
async function elsewhere(lab: Lab, station: Station) {
  const { mend } = await named(lab, [addresses.elsewhere])
  return {
    mend: async () => {
      mend()
      await station[Symbol.asyncDispose]()
    },
  }
}

function dropped(lab: Lab, port: number) {
  const rule = `pref 1 iif hub ipproto tcp dport ${port}`
  lab.ip(`rule add ${rule} blackhole`)
  return Promise.resolve({ mend: () => lab.ip(`rule del ${rule}`) })
}

async function behind(started: Promise<Station>) {
  const station = await started
  return { settings: proxied(station.port), mend: () => station[Symbol.asyncDispose]() }
}

function proxied(proxyPort: number) {
  return { proxyHost: addresses.hub, proxyPort, proxyTC: true }
}

import { limits, paths } from '@postern/protocol'
import {
  connectionProblem,
  type ConnectionProblemCode,
  ownCertificateEnded,
  UpgradeRefused,
} from '../hub-link/connection-problem.ts'
import { type HubResponse, hubHttp } from '../hub-link/hub-http.ts'
import type { HubRoutes } from '../hub-link/hub-routes.ts'
import { wordsForConfirming } from '../hub-link/placement-here.ts'
import { openMessageStream } from '../hub-link/message-stream.ts'
import { MqttClient } from '../hub-link/mqtt-client.ts'
import { mqttOptions } from '../hub-link/mqtt-options.ts'
import { endOfCertificate } from '../hub-link/own-certificate.ts'
import { authorityOf } from '../proxy/http-proxy.ts'
import { Cause, type Step } from './finding.ts'
import { type Destination, requestFor } from './request.ts'
import { Walk } from './walk.ts'
import { causeOf, proxyCuts, stepsTo, walkTo } from './walk-to.ts'

export type Credentials = { certificate: string; tlsPrivateKey: string; brokerToken: string }

export type NetworkParts = {
  routes: HubRoutes
  caCertificate: string
  serverXid: string
  /** Of the open keychain. */
  credentials: Credentials | undefined
  /** What a server that runs on this folder says of its connection: it is not disturbed by a second one. */
  running:
    | {
        connected: boolean
        problem: string
        problemCode?: string | undefined
        confirmed?: boolean | undefined
        keyFingerprint?: string | undefined
      }
    | undefined
  /** Without asking whether the hub knows this server. */
  isWayOnly: boolean
  /** For each wait. */
  patienceMs: number
}

/** A proof of the key is good for so long at most, so a clock that is further off costs a try (S17). */
const clockAdviceMs = 60_000

type Leg = { names: string[]; walk: () => Promise<void> }

/** The way from this machine to an accepted connection, up to the first cause (ES-21). */
export async function walkNetwork(parts: NetworkParts): Promise<Step[]> {
  const walk = new Walk(parts.caCertificate, parts.patienceMs)
  const { messages, api } = destinationsOf(parts.routes)
  const isOneWay = api.host === messages.host && api.port === messages.port && api.proxy === messages.proxy
  let clockOffsetMs = 0
  const legs: Leg[] = [
    { names: stepsTo(messages), walk: () => walkTo(messages, walk, isOneWay ? undefined : api) },
    ...(isOneWay ? [] : [{ names: stepsTo(api), walk: () => walkTo(api, walk) }]),
    {
      names: ['hub', 'clock'],
      walk: async () => {
        clockOffsetMs = await lookAtClock(parts, api, walk)
      },
    },
    ...(parts.routes.messages.transport === 'websocket'
      ? [{ names: ['WebSocket'], walk: () => openWebSocket(parts, messages, walk) }]
      : []),
    ...(parts.isWayOnly
      ? []
      : [{ names: ['credentials'], walk: () => showCredentials(parts, messages, clockOffsetMs, walk) }]),
  ]
  for (const [index, leg] of legs.entries()) {
    try {
      await leg.walk()
    } catch (error) {
      if (!(error instanceof Cause)) throw error
      const taken = new Set(walk.steps.map(({ name }) => name))
      const names = legs.slice(index).flatMap((each) => each.names)
      walk.notReached([...new Set(names)].filter((name) => !taken.has(name)))
      break
    }
  }
  return walk.steps
}

function destinationsOf({ messages, api }: HubRoutes): { messages: Destination; api: Destination } {
  const { hostname, port } = new URL(api.url)
  const { host, port: brokerPort, proxy, inspection, transport } = messages
  return {
    messages: { purpose: 'messages', host, port: brokerPort, proxy, inspection, couldUseMessages: false },
    api: {
      purpose: 'HTTPS',
      host: hostname.replaceAll(/^\[|\]$/g, ''),
      port: Number(port || 443),
      proxy: api.proxy,
      inspection: api.inspection,
      couldUseMessages: transport === 'raw',
    },
  }
}

/** @returns the hub's time less this machine's, in milliseconds */
async function lookAtClock({ routes, patienceMs }: NetworkParts, to: Destination, walk: Walk): Promise<number> {
  const http = hubHttp(routes.api, walk.caCertificate)
  try {
    const { from, date, until } = await walk.step('hub', async () => {
      const from = Date.now()
      const response = await http
        .send({ method: 'GET', path: paths.health, token: '', timeoutMs: patienceMs })
        .catch((error: unknown) => {
          throw afterTls(error, to)
        })
      if (response.status !== 200) throw notServed(response, to)
      return ['answers.', { from, date: response.date, until: Date.now() }] as const
    })
    return await walk.step('clock', async () => {
      if (date === undefined) return ["the hub's answer does not say its time.", 0] as const
      // The hub's time is told to the second.
      const offsetMs = Math.round(date + 500 - (from + until) / 2)
      judgeClock(offsetMs, to)
      return [`right to within ${Math.ceil(Math.abs(offsetMs) / 1000)} s.`, offsetMs] as const
    })
  } finally {
    http.close()
  }
}

function notServed({ status }: HubResponse, to: Destination): Cause {
  return new Cause(
    'hub-unavailable',
    `${authorityOf(to.host, to.port)} answers ${status}: the hub is not well, or still starting.`,
    undefined,
  )
}

function judgeClock(offsetMs: number, to: Destination): void {
  const seconds = Math.round(Math.abs(offsetMs) / 1000)
  if (seconds * 1000 <= clockAdviceMs) return
  const direction = offsetMs > 0 ? 'behind' : 'ahead of'
  const isRefused = seconds > limits.clockToleranceSeconds
  throw new Cause(
    'clock-skewed',
    `This machine's clock is ${seconds} s ${direction} the hub's${isRefused ? ', so that it takes no command' : ''}. Set up time synchronisation here (chronyd, systemd-timesyncd); if many machines say so, on the hub.`,
    requestFor('clock-skewed', to),
  )
}

async function openWebSocket({ routes, credentials }: NetworkParts, to: Destination, walk: Walk): Promise<void> {
  await walk.step('WebSocket', async () => {
    requireLiving(credentials)
    try {
      const { stream } = await openMessageStream(
        routes.messages,
        walk.caCertificate,
        identityOf(credentials),
        walk.signal(),
      )
      stream.destroy()
    } catch (error) {
      // Who shows no certificate is told so, which only the hub can: the request for an upgrade has arrived.
      const hasArrived = credentials === undefined && error instanceof UpgradeRefused && error.status === 401
      if (!hasArrived) throw afterTls(error, to)
    }
    return ['opens.', undefined] as const
  })
}

async function showCredentials(parts: NetworkParts, to: Destination, clockOffsetMs: number, walk: Walk): Promise<void> {
  const { routes, credentials, running, serverXid } = parts
  if (running !== undefined) {
    await walk.step('credentials', async () => [wordOfRunning(running), undefined])
    if (running.confirmed === false)
      walk.advise('not-confirmed', wordsForConfirming(serverXid, running.keyFingerprint ?? ''), undefined)
    return
  }
  if (credentials === undefined) {
    const sentence = 'not tried: they are in the keychain. Its password opens it: doctor --password-file FILE'
    walk.steps.push({ name: 'credentials', state: 'not reached', sentence })
    return
  }
  const identity = { serverXid, ...credentials }
  await walk.step('credentials', async () => {
    requireLiving(credentials)
    try {
      const options = mqttOptions(routes, walk.caCertificate, identity, () => Date.now() + clockOffsetMs)
      const client = await MqttClient.connect(options, walk.signal())
      client.disconnect()
      await client.ended
    } catch (error) {
      throw refused(error, to)
    }
    return ['the hub knows this server.', undefined] as const
  })
}

function wordOfRunning({ connected, problem, problemCode }: NonNullable<NetworkParts['running']>): string {
  if (connected) return 'the server that runs here is connected.'
  if (problem === '') return 'the server that runs here is connecting.'
  // Both ends are the same release, or nearly: an unknown code is shown as it is.
  throw new Cause((problemCode ?? 'other') as ConnectionProblemCode, problem, undefined)
}

/** With the clock known to be right, less is left to blame. */
function refused(error: unknown, to: Destination): Cause {
  const cause = afterTls(error, to)
  if (cause.code !== 'credentials-refused') return cause
  return new Cause(
    cause.code,
    `The way is open and the clock is right, and the hub refuses this server: it was enrolled anew elsewhere, or revoked by a hub of an older release, which does not say so. Look at it in the console, under its environment; "Enrol it anew" there gives a bundle that brings it back.`,
    undefined,
  )
}

function afterTls(error: unknown, to: Destination): Cause {
  if (to.proxy && connectionProblem(error, to.host, to.port).code === 'connection-cut') return proxyCuts(to)
  return causeOf(error, to)
}

/** Only the hub could say so, and it ends TLS without a word about it. */
function requireLiving(credentials: Credentials | undefined): void {
  const endsAt = endOfCertificate(credentials?.certificate)
  if (endsAt > Date.now()) return
  const { code, sentence } = ownCertificateEnded(endsAt)
  throw new Cause(code, sentence, undefined)
}

function identityOf(credentials: Credentials | undefined) {
  return credentials && { certificate: credentials.certificate, privateKey: credentials.tlsPrivateKey }
}

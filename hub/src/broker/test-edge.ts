import { mkdtempSync, rmSync } from 'node:fs'
import { connect as connectTcp, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Heartbeat, protocolVersion } from '@postern/protocol'
import type { MqttClient } from 'mqtt'
import { expect, vi } from 'vitest'
import { createEnvironments, type Member } from '../environments/environments.ts'
import { emptyServerFiles, type EnrolledServer, enrolNewServer } from '../environments/test-enrolment.ts'
import { shownCertificate } from '../pki/shown-certificate.ts'
import { createTestHub, person } from '../environments/test-hub.ts'
import type { ServerMessage } from './broker.ts'
import { connectBroker } from './broker-link.ts'
import type { HubDoor } from './edge-http.ts'
import type { EdgeLimits } from './edge-limits.ts'
import { startEdge } from './edge.ts'
import { connectServer, type Dishonesty, type EdgeAddress } from './test-server-link.ts'

/**
 * An edge on real sockets, with the hub's link to it and servers that enrol as real ones do.
 * @param door where a hub answers what comes as HTTP; none unless given
 * @param brokerUrl of an external broker behind it; the embedded one unless given
 */
export async function createTestEdge(limits: Partial<EdgeLimits>, door?: HubDoor, brokerUrl?: string) {
  const hub = await createTestHub()
  const { database, databaseUrl, audit, keys, authority, clock, log } = hub
  const folder = mkdtempSync(join(tmpdir(), 'edge-'))
  const socketPath = join(folder, 'broker.sock')
  const names = {
    apiURL: 'https://localhost:8443',
    brokerHost: 'gate.example.org',
    brokerPort: 62_000,
    onlyLocalNames: true,
  }
  const settings = { publicNames: async () => names }
  // An organization administrator has an organization, as every caller that is no stranger.
  const caller = person('organization-administrator', hub.organizationId) as Member
  const parts = {
    db: database.db,
    audit,
    keys,
    authority,
    settings,
    clock,
    serverFilesFolder: emptyServerFiles(),
    runtimeFile: '',
  }
  const environments = createEnvironments(parts)
  const environmentId = (await environments.create(caller, { name: 'Behind the gate' })).id
  const tlsMaterial = shownCertificate(authority, { knownHosts: async () => ['localhost', names.brokerHost] })
  const ofEdge = { host: '127.0.0.1', port: 0, databaseUrl, tlsMaterial, log, clock, limits, brokerUrl }
  const edge = await startEdge({ ...ofEdge, socketPath, ...(door && { hub: door }) })
  const address: EdgeAddress = { port: edge.port, caPem: await authority.certificatePem(), now: () => clock.now() }
  const broker = connectBroker({ ...(brokerUrl === undefined ? { socketPath } : { url: brokerUrl }), log })
  const heard: { serverXid: string; message: ServerMessage }[] = []
  broker.on((serverXid, message) => void heard.push({ serverXid, message }))
  await vi.waitFor(() => expect(broker.isConnected()).toBe(true))
  const opened: MqttClient[] = []
  const sockets: Socket[] = []

  async function connect(server: EnrolledServer, changes: Dishonesty = {}): Promise<MqttClient> {
    const client = await connectServer(address, server, changes)
    opened.push(client)
    return client
  }

  return {
    hub,
    edge,
    address,
    broker,
    heard,
    environments,
    environmentId,
    caller,
    socketPath,
    tlsMaterial,
    /** The hub's public names, as an administrator changes them. */
    names,
    /** Those that a test opened itself, to be closed after it. */
    sockets,
    connect,
    /** Another edge in front of the same database and broker, as a second machine has it. */
    second: async () => await startEdge({ ...ofEdge, socketPath: join(folder, 'second.sock') }),
    enrol: () => enrolNewServer(environments, caller, environmentId),

    /** What a connection is told that must not be: `connected` if it is. */
    async refusal(server: EnrolledServer, changes: Dishonesty): Promise<string> {
      return await connect(server, changes).then(
        () => 'connected',
        (error: Error) => error.message,
      )
    },

    /** As the audit has them. */
    async refusals(serverXid: string): Promise<{ what: unknown; reason: unknown }[]> {
      const subject = `environment server ${serverXid}`
      const rows = (await hub.auditActions()).filter((row) => row.action === 'broker.refuse' && row.subject === subject)
      return rows.map(({ detail }) => ({ what: detail['what'], reason: detail['reason'] }))
    },

    /** As the log has them, in order. */
    reasonsOf(serverXid: string): string[] {
      return log.lines.flatMap(({ detail }) =>
        'reason' in detail && 'serverXid' in detail && detail.serverXid === serverXid ? [String(detail.reason)] : [],
      )
    },

    tcp(): Socket {
      const socket = connectTcp(edge.port, '127.0.0.1')
      socket.on('error', () => {})
      sockets.push(socket)
      return socket
    },

    async closeConnections(): Promise<void> {
      for (const client of opened.splice(0)) client.end(true)
      for (const socket of sockets.splice(0)) socket.destroy()
      await vi.waitFor(() => expect([edge.connectedServers(), edge.unauthenticated()]).toEqual([[], 0]))
    },

    async close(): Promise<void> {
      await broker.close()
      await edge.close()
      rmSync(folder, { recursive: true })
      await hub.close()
    },
  }
}

export function heartbeat(): Heartbeat {
  return {
    id: crypto.randomUUID(),
    protocolVersion,
    sentAt: new Date().toISOString(),
    kind: 'heartbeat',
    serverVersion: '0.1.0',
    serverName: 'gate',
    state: 'ready',
    tier: 'isolated',
    executors: 1,
    queued: 0,
    held: [],
  }
}

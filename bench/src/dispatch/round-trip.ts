import { spawn } from 'node:child_process'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { topics } from '@postern/protocol'
import { median } from '../median.ts'
import { comparison, type Measurement } from '../row.ts'
import { runAlternating } from '../run-alternating.ts'
import { MqttParty } from './mqtt-party.ts'
import { SpokenLines } from '../spoken-lines.ts'
import type { SystemUnderTest } from './system-under-test.ts'

const tripsARound = 100
/** Between two trips of either side, so that each finds nothing under way: the hub still books the event when the trip is over. */
const pauseMs = 20

/** Sends one command and resolves with the milliseconds until the event that answers it. */
type Trip = () => Promise<number>

/**
 * A signed command through the edge to the environment server and its event back, each at QoS 1, against the same bytes through aedes
 * and back from a client that only answers. The command is one that the server knows: it verifies and looks it up, and says again
 * what became of it.
 */
export async function measureRoundTrip(
  rounds: number,
  say: (line: string) => void,
  system: SystemUnderTest,
): Promise<Measurement[]> {
  await using stack = new AsyncDisposableStack()
  const payload = await knownCommand(system)
  const ours = await partyOf(connect(join(system.dataFolder, 'broker.sock')), `hub-bench`, system.serverXid, payload)
  stack.defer(() => ours.close())
  const broker = stack.adopt(startProcess('aedes-process.ts'), (lines) => lines.end())
  const port = Number((await broker.next('port ')).slice('port '.length))
  const echo = stack.adopt(startProcess('echo-process.ts', String(port)), (lines) => lines.end())
  await echo.next('ready')
  const bare = await partyOf(connect(port, '127.0.0.1'), 'bare', '1', payload)
  stack.defer(() => bare.close())
  const measured = await runAlternating(
    rounds,
    async () => {
      const took = await middleOf(ours.trip)
      say(`round trip: ${took.toFixed(3)} ms`)
      return took
    },
    async () => {
      const took = await middleOf(bare.trip)
      say(`aedes: ${took.toFixed(3)} ms`)
      return took
    },
  )
  return [
    comparison({
      work: 'command and its event, a round trip at QoS 1, p50',
      unit: 'ms',
      goal: '≤ 1.5',
      // A delayed acknowledgement would show: it takes 40 ms.
      bound: '< 5 ms',
      ours: measured.ours,
      peer: measured.peer,
      peerIs: 'aedes 1.2.0 and two bare clients, each a process, TCP without TLS, the same bytes; nothing is verified',
    }),
  ]
}

async function knownCommand({ database }: SystemUnderTest): Promise<string> {
  const { rows } = await database.query<{ payload: string }>(
    `select payload from command where acknowledged_at is not null and kind = 'execute' order by created_at desc limit 1`,
  )
  if (rows[0] === undefined) throw new Error('No command has been acknowledged yet.')
  return rows[0].payload
}

async function partyOf(socket: ReturnType<typeof connect>, clientId: string, serverXid: string, payload: string) {
  const events = topics.executionEvents(serverXid)
  const subscribed = clientId.startsWith('hub-') ? 'servers/+/execution-events' : events
  let heard = () => {}
  const party = await MqttParty.connect(socket, clientId, [subscribed], (topic) => {
    if (topic === events) heard()
  })
  const trip: Trip = async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    heard = resolve
    const start = performance.now()
    party.publish(topics.commands(serverXid), payload)
    await promise
    return performance.now() - start
  }
  return { trip, close: () => party.close() }
}

async function middleOf(trip: Trip): Promise<number> {
  const took: number[] = []
  for (let count = 0; count < tripsARound; count++) {
    await wait(pauseMs)
    took.push(await trip())
  }
  return median(took)
}

function startProcess(file: string, ...args: string[]): SpokenLines {
  const path = fileURLToPath(new URL(file, import.meta.url))
  return new SpokenLines(spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: {} }))
}

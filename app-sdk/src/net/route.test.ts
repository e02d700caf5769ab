import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createLogger } from '../launch/logger.ts'
import { ExternalSession } from './external-session.ts'
import { withRetries } from './retry.ts'
import { openRoute } from './route.ts'
import { NotConnected, SourceRefused, SourceUnavailable } from './source-errors.ts'

const fast = { attemptsMax: 3, firstWaitMs: 1, waitMsMax: 2 }
/** An end for what hangs; nothing here is about it. */
const patientMs = 120_000

let folder: string
let guard: Server | undefined
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'postern-route-'))))
afterEach(() => {
  guard?.close()
  rmSync(folder, { recursive: true })
})

/** An egress guard that gives these answers, one a connection. */
async function startGuard(...answers: string[]): Promise<{ by: 'guard'; socketPath: string }> {
  const socketPath = join(folder, 'egress.sock')
  guard = createServer((socket) => socket.once('data', () => socket.end(answers.shift() ?? '')))
  await new Promise<void>((resolve) => guard?.listen(socketPath, resolve))
  return { by: 'guard', socketPath }
}

function answer(status: string, body: string): string {
  return `HTTP/1.1 ${status}\r\ncontent-type: text/plain\r\ncontent-length: ${body.length}\r\n\r\n${body}`
}

test('S7: what the egress guard forbids is a refusal in its words, not a connection to try again', async () => {
  const route = await startGuard(answer('403 Forbidden', '127.0.0.1 is loopback\n'))
  const opened = openRoute(route, 'aed.example.com', 443, AbortSignal.timeout(patientMs))
  await expect(opened).rejects.toBeInstanceOf(SourceRefused)
  await expect(opened).rejects.toThrow(
    new SourceRefused('the environment server does not let this app reach aed.example.com:443: 127.0.0.1 is loopback'),
  )
})

test('S7: a request that the egress guard forbids fails at once with the reason of the guard', async () => {
  const forbidden = answer('403 Forbidden', 'the local policy does not list this host\n')
  const route = await startGuard(forbidden, forbidden)
  let connections = 0
  guard?.on('connection', () => (connections += 1))
  const logged: string[] = []
  const log = createLogger('info', (line) => logged.push(line))
  const session = new ExternalSession({ route, userAgent: 'test', log, signal: AbortSignal.timeout(patientMs) })
  const refused = session.call('GET', new URL('https://127.0.0.1:1/'))
  await expect(refused).rejects.toThrow(
    new SourceRefused(
      'the environment server does not let this app reach 127.0.0.1:1: the local policy does not list this host',
    ),
  )
  await expect(refused).rejects.toBeInstanceOf(SourceRefused)
  session.close()
  expect([connections, logged]).toEqual([1, []])
})

test('S7: a reason that comes in pieces, or breaks off, is still told; one without an end is cut', async () => {
  const head = 'HTTP/1.1 403 Forbidden\r\ncontent-length: 99999\r\n\r\n'
  const route = await startGuard(`${head}this host is \u001b[31m`, `${head}${'x'.repeat(30_000)}`, head)
  const reasons: string[] = []
  for (let index = 0; index < 3; index += 1)
    await openRoute(route, 'h', 1, AbortSignal.timeout(patientMs)).catch((error: Error) => reasons.push(error.message))
  const told = 'the environment server does not let this app reach h:1: '
  expect(reasons).toEqual([`${told}this host is [31m`, `${told}${'x'.repeat(300)}`, `${told}403 Forbidden`])
})

test('a target that does not answer behind the guard was sent nothing, so even an unrepeatable request is tried again', async () => {
  const route = await startGuard(
    answer('502 Refused', 'it does not answer\n'),
    answer('502 Refused', 'it does not answer\n'),
    'HTTP/1.1 200 Connection established\r\n\r\n',
  )
  const waits: string[] = []
  const answered = await withRetries(
    async () => {
      const socket: Socket = await openRoute(route, 'hub.example.com', 443, AbortSignal.timeout(patientMs))
      socket.destroy()
      return { status: 200, headers: {} }
    },
    { bounds: fast, repeatable: false, signal: AbortSignal.timeout(patientMs), tell: (why) => waits.push(why) },
  )
  expect(answered.status).toBe(200)
  expect(waits).toEqual(
    Array.from(
      { length: 2 },
      () => 'the environment server cannot connect this app to hub.example.com:443: it does not answer',
    ),
  )
})

test('what broke off after it was sent is not sent again where it must not happen twice', async () => {
  let sent = 0
  const broken = withRetries(
    () => {
      sent += 1
      return Promise.reject(
        new SourceUnavailable('reset', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) }),
      )
    },
    { bounds: fast, repeatable: false, signal: AbortSignal.timeout(patientMs), tell: () => {} },
  )
  await expect(broken).rejects.toThrow('reset')
  expect(sent).toBe(1)
})

test('a proxy that speaks into the tunnel is not trusted with it', async () => {
  const route = await startGuard('HTTP/1.1 200 OK\r\n\r\n<html>')
  const opened = openRoute(route, 'hub.example.com', 443, AbortSignal.timeout(patientMs))
  await expect(opened).rejects.toThrow(new NotConnected('the proxy sent more than its answer'))
})

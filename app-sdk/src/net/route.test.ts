import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withRetries } from './retry.ts'
import { openRoute } from './route.ts'
import { NotConnected, SourceRefused, SourceUnavailable } from './source-errors.ts'

const fast = { attemptsMax: 3, firstWaitMs: 1, waitMsMax: 2 }

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
  const opened = openRoute(route, 'aed.example.com', 443, AbortSignal.timeout(5_000))
  await expect(opened).rejects.toBeInstanceOf(SourceRefused)
  await expect(opened).rejects.toThrow(
    new SourceRefused('the environment server does not let this app reach aed.example.com:443: 403 Forbidden'),
  )
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
      const socket: Socket = await openRoute(route, 'hub.example.com', 443, AbortSignal.timeout(5_000))
      socket.destroy()
      return { status: 200, headers: {} }
    },
    { bounds: fast, repeatable: false, signal: AbortSignal.timeout(5_000), tell: (why) => waits.push(why) },
  )
  expect(answered.status).toBe(200)
  expect(waits).toEqual(
    Array.from(
      { length: 2 },
      () => 'the environment server cannot connect this app to hub.example.com:443: 502 Refused',
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
    { bounds: fast, repeatable: false, signal: AbortSignal.timeout(5_000), tell: () => {} },
  )
  await expect(broken).rejects.toThrow('reset')
  expect(sent).toBe(1)
})

test('a proxy that speaks into the tunnel is not trusted with it', async () => {
  const route = await startGuard('HTTP/1.1 200 OK\r\n\r\n<html>')
  const opened = openRoute(route, 'hub.example.com', 443, AbortSignal.timeout(5_000))
  await expect(opened).rejects.toThrow(new NotConnected('the proxy sent more than its answer'))
})

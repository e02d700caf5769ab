import { once } from 'node:events'
import { request } from 'node:http'
import { connect as connectTcp } from 'node:net'
import { LiveBeat, paths } from '@postern/protocol'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Caller } from '../access/caller.ts'
import { type Rehearsal, startRehearsal } from '../executions/rehearsal.ts'
import { createServer, type Server } from '../http/server.ts'
import { type Change, tellChange } from './changes.ts'
import { liveBounds, liveRoutes } from './routes.ts'

let rehearsal: Rehearsal
let server: Server
let url: string
let caller: Caller
const open: WebSocket[] = []

beforeAll(async () => {
  rehearsal = await startRehearsal()
  caller = { kind: 'user', userId: '1', name: 'ada', role: 'read-only', organizationId: rehearsal.organizationId }
  server = await createServer({ authenticate: async () => caller, logger: false })
  liveRoutes(server, {
    changes: rehearsal.changes,
    maySee: async (_, organizationId, id) => await rehearsal.executions.isVisible(organizationId, id),
    followTelemetry: () => () => {},
    sessionsInForce: async (sessions) => new Set(sessions),
  })
  url = (await server.listen({ host: '127.0.0.1', port: 0 })).replace('http', 'ws') + paths.live
  await rehearsal.addServer('one')
})
afterAll(async () => {
  for (const socket of open) socket.close()
  await server.close()
  await rehearsal.close()
})

async function connect(): Promise<{ socket: WebSocket; heard: unknown[]; beats: unknown[]; closed: Promise<number> }> {
  const socket = new WebSocket(url)
  open.push(socket)
  const heard: unknown[] = []
  const beats: unknown[] = []
  socket.addEventListener('message', ({ data }) => {
    const message: unknown = JSON.parse(String(data))
    ;(LiveBeat.safeParse(message).success ? beats : heard).push(message)
  })
  const closed = new Promise<number>((resolve) => socket.addEventListener('close', ({ code }) => resolve(code)))
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', reject)
  })
  return { socket, heard, beats, closed }
}

/** The status of an upgrade that is refused. */
async function upgradeStatus(): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
  const headers = {
    connection: 'upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  }
  const asked = request(url.replace('ws', 'http'), { headers }, (response) => {
    response.resume()
    resolve(response.statusCode)
  })
  asked.on('upgrade', () => reject(new Error('upgraded')))
  asked.on('error', reject)
  asked.end()
  return await promise
}

/** Waits for a condition with a deadline; `act` is done again before each look. */
async function until(condition: () => boolean, act: () => Promise<void> = async () => {}): Promise<void> {
  await expect
    .poll(
      async () => {
        await act()
        return condition()
      },
      { interval: 20 },
    )
    .toBe(true)
}

async function newExecution(): Promise<string> {
  return await rehearsal.start(await rehearsal.addJob({ appId: await rehearsal.addApp({ kind: 'action' }) }))
}

describe('D15: live pages', () => {
  test('a page hears at once that the hub is there, before it follows anything', async () => {
    const { beats, heard } = await connect()
    await until(() => beats.length > 0)
    expect(beats).toEqual([{ alive: true }])
    expect(heard).toEqual([])
  })

  test('a page hears of changes of the execution that it follows, and of no other', async () => {
    const followed = await newExecution()
    const other = await newExecution()
    const { socket, heard } = await connect()
    socket.send(JSON.stringify({ subscribe: 'execution', id: followed }))
    const told = toText({ changed: 'execution', id: followed, part: 'log' })
    await until(
      () => heard.map(toText).includes(told),
      async () => {
        await tellChange(rehearsal.db, { changed: 'execution', id: other, part: 'log' })
        await tellChange(rehearsal.db, { changed: 'execution', id: followed, part: 'log' })
      },
    )
    // That it was started may be told late, too.
    const others = heard.filter((each) => !toText(each).includes(`"id":"${followed}"`))
    expect(others).toEqual([])
  })

  test('the list of executions hears of its own organization alone', async () => {
    const { socket, heard } = await connect()
    socket.send(JSON.stringify({ subscribe: 'executions' }))
    await until(
      () => heard.length > 0,
      async () => {
        await tellChange(rehearsal.db, {
          changed: 'execution',
          id: '77',
          part: 'state',
          organizationId: '999',
        })
        await newExecution()
      },
    )
    expect(JSON.stringify(heard)).not.toContain('"77"')
    expect(heard[0]).toMatchObject({ changed: 'executions', part: 'state' })
    expect(JSON.stringify(heard)).not.toContain('organizationId')
  })

  test("another organization's execution cannot be followed", async () => {
    const id = await newExecution()
    const mine = await connect()
    const before = caller
    caller = { kind: 'user', userId: '2', name: 'eve', role: 'administrator', organizationId: '999' }
    const theirs = await connect()
    caller = before
    for (const { socket } of [theirs, mine]) socket.send(JSON.stringify({ subscribe: 'execution', id }))
    await until(
      () => mine.heard.length > 2,
      () => tellChange(rehearsal.db, { changed: 'execution', id, part: 'log' }),
    )
    expect(theirs.heard).toEqual([])
  })

  test('each list hears of its own kind of change, of its own organization, and of no other', async () => {
    const { db, organizationId } = rehearsal
    const lists = ['environments', 'jobs', 'receipts'] as const
    const pages = await Promise.all(lists.map(async (list) => ({ list, ...(await connect()) })))
    for (const { socket, list } of pages) socket.send(JSON.stringify({ subscribe: list }))
    await until(
      () => pages.every(({ heard }) => heard.length > 0),
      async () => {
        for (const changed of ['environments', 'jobs'] as const) {
          await tellChange(db, { changed, id: '66', part: 'state', organizationId: '999' })
          await tellChange(db, { changed, id: '5', part: 'state', organizationId })
        }
        await tellChange(db, { changed: 'execution', id: '66', part: 'receipt', organizationId: '999' })
        await tellChange(db, { changed: 'execution', id: '7', part: 'receipt', organizationId })
      },
    )
    // What tests before this one did may be told late.
    const isOfThis = (text: string) => !text.includes('"id"') || /"id":"(5|66)"/.test(text)
    const told = Object.fromEntries(
      pages.map(({ list, heard }) => [list, [...new Set(heard.map(toText).filter(isOfThis))]]),
    )
    expect(told).toEqual({
      environments: [toText({ changed: 'environments', id: '5', part: 'state' })],
      jobs: [toText({ changed: 'jobs', id: '5', part: 'state' })],
      receipts: [toText({ changed: 'receipts', part: 'receipt' })],
    })
  })

  test('ES-15: of heartbeats only those are told that change what is shown', async () => {
    const { clock, environmentId } = rehearsal
    const { socket, heard } = await connect()
    socket.send(JSON.stringify({ subscribe: 'environments' }))
    const one = await rehearsal.addServer('speaks often')
    const told = { changed: 'environments', id: environmentId, part: 'state' }
    // A beat after a silence is told, once the subscription has been heard of.
    await until(
      () => heard.length > 0,
      async () => {
        clock.pass(21)
        await rehearsal.beat(one)
      },
    )
    // Whatever is still on its way comes before this, in order.
    const { db, organizationId } = rehearsal
    await tellChange(db, { changed: 'environments', id: '77', part: 'state', organizationId })
    await until(() => heard.map(toText).some((text) => text.includes('"77"')))
    const before = heard.length
    for (let beat = 0; beat < 10; beat += 1) {
      clock.pass(6)
      await rehearsal.beat(one)
    }
    await rehearsal.beat({ ...one, name: 'has another name' })
    await until(() => heard.length > before)
    expect(heard.length).toBe(before + 1)
    expect(heard.at(-1)).toEqual(told)
  })

  test('more than 20 subscriptions, and what is none, end the connection', async () => {
    const greedy = await connect()
    const ids: string[] = []
    for (let index = 0; index <= liveBounds.subscriptionsMax; index += 1) ids.push(await newExecution())
    for (const id of ids) greedy.socket.send(JSON.stringify({ subscribe: 'execution', id }))
    expect(await greedy.closed).toBe(1008)
    for (const text of [
      '{',
      '{"subscribe":"secrets"}',
      '{"subscribe":"execution"}',
      '{"subscribe":"executions","all":true}',
    ]) {
      const wrong = await connect()
      wrong.socket.send(text)
      expect(await wrong.closed, text).toBe(1008)
    }
  })

  test('when the hub could not listen for a moment, pages are told to come again', async () => {
    const { closed } = await connect()
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'postern listener' and datname = current_database()`.execute(rehearsal.db)
    expect(await closed).toBe(1013)
    const again = await connect()
    const id = await newExecution()
    again.socket.send(JSON.stringify({ subscribe: 'execution', id }))
    await until(
      () => again.heard.length > 0,
      () => tellChange(rehearsal.db, { changed: 'execution', id, part: 'log' }),
    )
  })

  test('only signed-in users may listen', async () => {
    const before = caller
    caller = {
      kind: 'token',
      tokenId: '1',
      name: 'script',
      role: 'administrator',
      organizationId: rehearsal.organizationId,
    }
    expect(await upgradeStatus()).toBe(403)
    caller = before
  })

  test('a page that does not read what it is told is dropped', async () => {
    let tell: (change: Change) => void = () => {}
    const own = await createServer({ authenticate: async () => caller, logger: false })
    liveRoutes(own, {
      changes: { on: (listener) => ((tell = listener), () => {}), onGap: () => () => {} },
      maySee: async () => true,
      followTelemetry: () => () => {},
      sessionsInForce: async (sessions) => new Set(sessions),
    })
    const { port } = new URL(await own.listen({ host: '127.0.0.1', port: 0 }))
    const socket = connectTcp({ host: '127.0.0.1', port: Number(port) })
    const closed = once(socket, 'close')
    socket.on('error', () => {})
    socket.write(
      `GET ${paths.live} HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
    )
    await once(socket, 'data')
    socket.write(maskedFrame(JSON.stringify({ subscribe: 'execution', id: '1' })))
    // From here on it reads nothing; the system's buffers fill, then the hub's, up to its bound.
    socket.pause()
    await expect
      .poll(
        () => {
          for (let count = 0; count < 5000; count += 1) tell({ changed: 'execution', id: '1', part: 'log' })
          return own.websocketServer.clients.size
        },
        { interval: 5 },
      )
      .toBe(0)
    socket.resume()
    await closed
    await own.close()
  })
})

function toText(change: unknown): string {
  return JSON.stringify(change)
}

/** A text frame of a client (RFC 6455, section 5.2); the mask is zeros. */
function maskedFrame(text: string): Buffer {
  const payload = Buffer.from(text)
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload])
}

import { EventEmitter } from 'node:events'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { forEveryone } from '../../access/permissions.ts'
import { createServer } from '../../http/server.ts'
import { serviceUser } from '../../lib/service-user.ts'
import { Notifications } from '../../live/notifications.ts'
import { connectDatabase, type DatabaseConnection } from '../database.ts'
import { serverPid } from './cluster-process.ts'
import { databaseProblem } from '../unavailable.ts'
import { keepRunning } from './keep-running.ts'
import { openPrivateCluster, type PrivateCluster } from './private-cluster.ts'

const deadlineMs = 120_000
const quiet = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} }

let cluster: PrivateCluster
let database: DatabaseConnection
const stack = new AsyncDisposableStack()

beforeAll(async () => {
  const runAs = process.getuid?.() === 0 ? serviceUser() : undefined
  const folder = mkdtempSync(join(tmpdir(), 'postern-cluster-'))
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  if (runAs !== undefined) chownSync(folder, runAs.uid, runAs.gid)
  cluster = await openPrivateCluster(folder, runAs)
  stack.defer(cluster.stop)
  database = connectDatabase(cluster.url, () => {})
  stack.defer(database.close)
})
afterAll(async () => await stack.disposeAsync())

test('D12: a database that is killed is started again, and meanwhile every request is answered with *unavailable*', async () => {
  await using server = await createServer({
    authenticate: async () => ({ kind: 'stranger', name: 'stranger' }),
    logger: false,
  })
  const schema = { response: { 200: z.object({ ok: z.boolean() }) } }
  server.get('/v1/things', { config: forEveryone, schema }, async () => {
    await database.pool.query('select 1')
    return { ok: true }
  })
  const notifications = new Notifications(cluster.url, quiet)
  const heard: string[] = []
  notifications.on('postern_command', (payload) => heard.push(payload))
  await notifications.start()
  expect((await server.inject('/v1/things')).statusCode).toBe(200)

  const sleeping = Array.from({ length: 5 }, () =>
    database.pool.query('select pg_sleep(60)').catch((error: unknown) => error),
  )
  await until(async () => {
    const { rows } = await database.pool.query(`select 1 from pg_stat_activity where query = 'select pg_sleep(60)'`)
    return rows.length === 5
  })
  killCluster()
  // Whichever way the connection under a query broke, it is the database that is away.
  for (const error of await Promise.all(sleeping)) expect(databaseProblem(error)?.code).toBe('unavailable')
  const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
  expect(databaseProblem(reset)).toBeUndefined()
  const client = new EventEmitter()
  database.pool.emit('connect', client as never)
  client.emit('error', reset)
  expect(databaseProblem(new Error('a feature', { cause: reset }))?.code).toBe('unavailable')
  const reply = await until(async () => {
    const answer = await server.inject('/v1/things')
    return answer.statusCode === 200 ? undefined : answer
  })
  expect(reply.json()).toMatchObject({
    status: 503,
    code: 'unavailable',
    detail: expect.stringContaining('database cannot be reached'),
  })

  {
    await using _keeper = keepRunning(cluster, quiet)
    await until(async () => (await server.inject('/v1/things')).statusCode === 200)
  }
  expect(cluster.pid()).toBeGreaterThan(0)
  // LISTEN is there again by itself.
  await until(async () => {
    await database.pool.query(`select pg_notify('postern_command', 'again')`)
    return heard.includes('again')
  })
  await notifications.stop()
})

test('D12: a database that cannot be started is tried again and again, more seldom each time', async () => {
  let tries = 0
  const reasons: unknown[] = []
  await using _keeper = keepRunning(
    {
      async revive() {
        tries += 1
        if (tries < 3) throw new Error('no space left on the device')
        return true
      },
    },
    { ...quiet, error: (detail) => reasons.push(detail) },
  )
  await until(async () => tries >= 3)
  expect(reasons).toMatchObject([
    { reason: 'no space left on the device', waitMs: 500 },
    { reason: 'no space left on the device', waitMs: 1000 },
  ])
})

test('D12: a pid file that a killed server left names nobody, even where its number is another program’s by now', () => {
  const data = mkdtempSync(join(tmpdir(), 'postern-stale-'))
  stack.defer(() => rmSync(data, { recursive: true }))
  writeFileSync(join(data, 'postmaster.pid'), `${process.pid}\n${data}\n`)
  expect(serverPid(data)).toBeUndefined()
})

function killCluster(): void {
  const pid = cluster.pid()
  if (pid === undefined) throw new Error('the cluster does not run')
  process.kill(pid, 'SIGKILL')
}

async function until<Value>(condition: () => Promise<Value>): Promise<NonNullable<Value>> {
  const deadline = Date.now() + deadlineMs
  for (;;) {
    const value = await condition()
    if (value !== undefined && value !== null && value !== false) return value
    if (Date.now() > deadline) throw new Error('waited in vain')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

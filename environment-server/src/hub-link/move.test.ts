import { Rehearsal, rehearsalXid, waitFor } from '@postern/dev/environment-server'
import { createHash, X509Certificate } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importEnvironment } from '../command-line/import-environment.ts'
import { homeFolder } from '../home/home-folder.ts'

let rehearsal: Rehearsal
beforeAll(async () => {
  rehearsal = await Rehearsal.start({ settings: { appsNumberofJobExecutors: 1 } })
})
afterAll(() => rehearsal[Symbol.asyncDispose]())

/** Writes a `.env` as the hub makes it, and imports it as configure.sh does. */
function importEnv(changes: Record<string, string> = {}): string {
  const { hub, server } = rehearsal
  const values = {
    apiURL: `https://127.0.0.1:${hub.api.port}`,
    brokerHost: '127.0.0.1',
    brokerPort: String(hub.broker.port),
    environmentName: 'Plant South',
    caSha256: createHash('sha256').update(new X509Certificate(hub.authority.certificate).raw).digest('hex'),
    moveToken: 'psm_move',
    ...changes,
  }
  const path = join(server.home, 'Plant South.env')
  writeFileSync(
    path,
    Object.entries(values)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  )
  return importEnvironment(homeFolder(server.home), path)
}

function settings(): Record<string, unknown> {
  return JSON.parse(readFileSync(homeFolder(rehearsal.server.home).settingsFile, 'utf8')) as Record<string, unknown>
}

test('D37: a .env of a hub with another CA, and a file that is none, are refused and change nothing', () => {
  const before = settings()
  expect(() => importEnv({ caSha256: 'a'.repeat(64) })).toThrow('download a new bundle')
  expect(() => importEnv({ moveToken: '', apiURL: 'http://plain.example' })).toThrow('Plant South.env')
  expect(settings()).toEqual(before)
})

test('ES-2: by its .env a server moves with number, keychain and journal; what ran is delivered, what waited is handed back', async () => {
  const { hub, server } = rehearsal
  const running = await rehearsal.execute(`console.log('up'); setInterval(() => {}, 1000)`)
  await rehearsal.running(running)
  const queued = await rehearsal.execute('process.exit(0)')
  await waitFor(
    () => hub.events.some(({ executionId, event }) => executionId === queued && event === 'accepted'),
    'the queue',
  )
  const { brokerToken } = hub.enrolled.get(rehearsalXid) ?? {}
  await server.kill()
  hub.moveTokens.set('psm_move', 'Plant South')
  expect(importEnv()).toContain('moves this server to the environment "Plant South"')
  await server.startConnected()
  expect(server.text).toContain('Moved to the environment "Plant South"; 1 executions of the old one are handed back.')
  const [move] = hub.moves
  expect(move?.held.map(({ executionId }) => executionId).sort()).toEqual([running, queued].sort())
  expect((await rehearsal.resultOf(running)).result).toMatchObject({ outcome: 'interrupted' })
  expect((await rehearsal.resultOf(queued)).result).toMatchObject({ outcome: 'lease-lost', startedAt: null })
  expect(settings()).toMatchObject({ serverXid: rehearsalXid, origins: { apiURL: 'bundle' } })
  expect(settings()).not.toHaveProperty('moveToken')
  expect(hub.enrolled.get(rehearsalXid)?.brokerToken).toBe(brokerToken)
  expect(await rehearsal.run('process.exit(0)')).toMatchObject({ outcome: 'exited' })
})

test('D37: a token that the hub refuses leaves the server where it is, at work, and is forgotten', async () => {
  const { server } = rehearsal
  await server.stop()
  importEnv({ moveToken: 'psm_of-somebody-else' })
  await server.startConnected()
  expect(server.text).toContain('The hub refused the move, and this server stays in its environment')
  expect(settings()).not.toHaveProperty('moveToken')
})

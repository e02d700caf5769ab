import { Rehearsal, waitFor } from '@postern/dev/environment-server'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

// On a machine that may be busy.
let rehearsal: Rehearsal
beforeAll(async () => {
  rehearsal = await Rehearsal.start()
})
afterAll(() => rehearsal[Symbol.asyncDispose]())

/** How often the server asked for this app, of all that the hub gave away. */
const downloadsOf = ({ sha256 }: { sha256: string }) =>
  rehearsal.hub.packageDownloads.filter((each) => each === sha256).length

const programs = () => join(rehearsal.server.home, '.postern-envsvr', 'exchange', 'programs')

test('ES-5: an app lies unpacked below its program name and hash, read-only', async () => {
  const app = await rehearsal.app('process.exit(0)')
  await rehearsal.run(app)
  const folder = join(programs(), app.programName, app.sha256)
  expect(readdirSync(folder).sort()).toEqual(['index.mjs', 'install.json'])
  for (const path of [folder, join(folder, 'index.mjs')]) expect(statSync(path).mode & 0o222).toBe(0)
  expect(readdirSync(programs()).some((name) => name.startsWith('.incoming'))).toBe(false)
})

test.each([
  ['while the server runs', false],
  ['while it was stopped', true],
])('ES-22: an app that was changed on the machine %s is thrown away and fetched again', async (_when, restart) => {
  const app = await rehearsal.app('process.exit(0)')
  await rehearsal.run(app)
  const saidBefore = rehearsal.server.text.length
  if (restart) await rehearsal.server.stop()
  const folder = join(programs(), app.programName, app.sha256)
  const file = join(folder, 'index.mjs')
  chmodSync(file, 0o600)
  writeFileSync(file, 'process.exit(7)')
  chmodSync(file, 0o400)
  if (restart) await rehearsal.server.startConnected()
  expect(await rehearsal.run(app)).toMatchObject({ outcome: 'exited', exitCode: 0 })
  expect(downloadsOf(app)).toBe(2)
  expect(rehearsal.server.text.slice(saidBefore)).toContain('was changed on this machine')
  expect(readFileSync(file, 'utf8')).toBe('process.exit(0)')
})

test('ES-22: an app with a file too many is thrown away and fetched again', async () => {
  const app = await rehearsal.app(
    `import { existsSync } from 'node:fs'; process.exit(existsSync('node_modules') ? 7 : 0)`,
  )
  await rehearsal.run(app)
  const folder = join(programs(), app.programName, app.sha256)
  chmodSync(folder, 0o700)
  mkdirSync(join(folder, 'node_modules'))
  expect(await rehearsal.run(app)).toMatchObject({ exitCode: 0 })
  expect(existsSync(join(folder, 'node_modules'))).toBe(false)
})

test('ES-5: a download that fails is tried again', async () => {
  const app = await rehearsal.app('process.exit(0)')
  const saidBefore = rehearsal.server.text.length
  rehearsal.hub.api.failWith = 503
  const executionId = await rehearsal.execute(app)
  await waitFor(() => rehearsal.server.text.slice(saidBefore).includes('trying again'), 'a first failure')
  rehearsal.hub.api.failWith = undefined
  expect((await rehearsal.resultOf(executionId)).result).toMatchObject({ outcome: 'exited', exitCode: 0 })
})

test('ES-22: a package that the hub does not have is refused, with the reason', async () => {
  const app = await rehearsal.app('process.exit(0)')
  rehearsal.hub.packages.delete(app.sha256)
  expect(await rehearsal.run(app)).toMatchObject({ outcome: 'refused', message: expect.stringContaining('404') })
})

test('ES-22: executions of one app at once fetch it once', async () => {
  const app = await rehearsal.app('process.exit(0)')
  const executionIds = await Promise.all([rehearsal.execute(app), rehearsal.execute(app), rehearsal.execute(app)])
  for (const executionId of executionIds) expect((await rehearsal.resultOf(executionId)).result.exitCode).toBe(0)
  expect(downloadsOf(app)).toBe(1)
})

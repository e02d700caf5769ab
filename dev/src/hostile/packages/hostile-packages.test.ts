import { installPackage } from '@postern/cli'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Rehearsal } from '../../environment-server/rehearsal.ts'
import { signedPackage } from '../../fake-hub/app-package.ts'
import { withHubDatabase } from '../../hub-database.ts'
import { startTestSystem, type TestSystem } from '../../test-system.ts'
import { goodManifest, program } from './good-package.ts'
import { hostilePackages } from './hostile-packages.ts'
import { hostileZip } from './hostile-zip.ts'

let system: TestSystem
let rehearsal: Rehearsal
beforeAll(async () => {
  ;[system, rehearsal] = await Promise.all([startTestSystem(), Rehearsal.start()])
})
afterAll(async () => {
  await rehearsal[Symbol.asyncDispose]()
  await system[Symbol.asyncDispose]()
})

const good = () =>
  hostileZip([
    { name: `${program}/`, mode: 0o040755 },
    { name: `${program}/install.json`, content: JSON.stringify(goodManifest), deflated: true, descriptor: {} },
    { name: `${program}/app.mjs`, content: 'process.exit(0)' },
  ])

/** Rows that an install would leave. */
function rows(): Promise<number> {
  return withHubDatabase(system.dataFolder, async (client) => {
    const counted = await client.query<{ rows: string }>(
      `select (select count(*) from app) + (select count(*) from app_version) + (select count(*) from package) + (select count(*) from package_chunk) as rows`,
    )
    return Number(counted.rows[0]?.rows)
  })
}

const programs = () => join(rehearsal.server.home, '.postern-envsvr/exchange/programs')
const run = (bytes: Buffer) =>
  rehearsal.run(rehearsal.hub.addPackage(signedPackage(program, bytes, rehearsal.hub.publisherKey)), {
    app: { programMain: 'app.mjs' },
  })

test.each(hostilePackages)(
  'S14: the hub refuses a package with $name, says why, and keeps nothing of it',
  async ({ make, reason }) => {
    const before = await rows()
    const refusal = await installPackage(system.hub.target, make()).then(
      () => 'installed',
      (error: unknown) => String(error),
    )
    expect(refusal).toMatch(/The package is refused: /)
    expect(refusal).toMatch(reason)
    expect(await rows()).toBe(before)
  },
)

test.each(hostilePackages.filter(({ foundBy }) => foundBy === 'both'))(
  'ES-22: an environment server whose hub signed a package with $name refuses it all the same, and keeps nothing of it',
  async ({ make, reason }) => {
    const result = await run(make())
    expect(result).toMatchObject({ outcome: 'refused', message: expect.stringMatching(/^The package is refused: /) })
    expect(result.message).toMatch(reason)
    // Its folder may be there, empty; nothing of the package, and nothing beside it.
    expect(readdirSync(programs()).filter((name) => name !== program)).toEqual([])
    expect(existsSync(join(programs(), program)) ? readdirSync(join(programs(), program)) : []).toEqual([])
  },
)

test('S14: a good package made by the same hands is taken by both, after all that', async () => {
  const app = await installPackage(system.hub.target, good())
  expect(app.programName).toBe(program)
  expect(await run(good())).toMatchObject({ outcome: 'exited', exitCode: 0 })
  expect(rehearsal.server.hasEnded).toBe(false)
  for (const place of ['/etc/cron.d/evil', join(programs(), '../evil.sh'), '/evil.sh', '/tmp/evil'])
    expect(existsSync(place)).toBe(false)
})

test('every hostile package has a name of its own, and there are sixty different reasons to refuse them', () => {
  expect(new Set(hostilePackages.map(({ reason }) => String(reason))).size).toBeGreaterThanOrEqual(60)
  expect(new Set(hostilePackages.map(({ name }) => name)).size).toBe(hostilePackages.length)
})

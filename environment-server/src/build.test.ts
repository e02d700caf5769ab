import { builtServerFile, Rehearsal, serverFileSources } from '@postern/dev/environment-server'
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildServerFile } from '../build.ts'

// Each test starts servers of its own, on a machine that may be busy.
const packageFolder = fileURLToPath(new URL('..', import.meta.url))
const bundleFolder = join(packageFolder, 'bundle')
let folder: string
let file: string
let modules: string[]

beforeAll(async () => {
  folder = mkdtempSync('/tmp/postern-built-')
  chmodSync(folder, 0o755)
  file = join(folder, 'postern-envsvr.mjs')
  // By a process of its own, from another folder, as a release is built: other tests share the modules of this one.
  execFileSync(process.execPath, [join(packageFolder, 'build.ts'), file], { cwd: '/', stdio: 'pipe' })
  modules = Object.keys((await buildServerFile(join(folder, 'in-process.mjs'))).inputs)
})
afterAll(() => rmSync(folder, { recursive: true }))

test('the server file is made of our code, mqtt-packet, nodemailer, ws, yauzl and zod/mini: no undici, pino, mqtt.js or whole zod', () => {
  const packages = new Set(
    modules.map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]).filter((name) => name !== undefined),
  )
  expect([...packages].sort()).toEqual([
    'bl',
    'inherits',
    'mqtt-packet',
    'nodemailer',
    'pend',
    'process-nextick-args',
    'ws',
    'yauzl',
    'zod',
  ])
  for (const forbidden of ['undici', 'pino', 'mqtt', 'fastify', 'pg', 'react'])
    expect(packages).not.toContain(forbidden)
  expect(modules.some((path) => path.includes('/zod/v4/classic/'))).toBe(false)
  expect(modules.some((path) => /^\.\.\/(hub|console|dev|cli)\//.test(path))).toBe(false)
})

test('the same sources give the same bytes, whoever builds them, and others are built anew', () => {
  const own = modules.filter((path) => !path.includes('node_modules/')).map((path) => resolve(packageFolder, path))
  expect(own.filter((path) => !serverFileSources.some((source) => path.startsWith(`${source}/`)))).toEqual([])
  expect(readFileSync(builtServerFile()).equals(readFileSync(file))).toBe(true)
})

test('ES-3: the built file alone, below a bundle of scripts, enrols, connects and runs an app', async () => {
  await using rehearsal = await Rehearsal.start({ process: { serverFile: file } })
  expect(await rehearsal.run('process.exit(0)')).toMatchObject({ outcome: 'exited', exitCode: 0, tier: 'isolated' })
})

test('ES-3: run.sh finds a Node.js that is new enough, and says what is missing otherwise', () => {
  const bundle = join(folder, 'bundle')
  cpSync(bundleFolder, bundle, { recursive: true })
  cpSync(file, join(bundle, 'postern-envsvr.mjs'))
  const run = (environment: Record<string, string>) =>
    spawnSync('/bin/sh', [join(bundle, 'run.sh'), '--version'], {
      env: { PATH: '/usr/bin:/bin', ...environment },
      encoding: 'utf8',
    })
  const node = process.execPath
  expect(run({ POSTERN_NODE: node }).stdout).toBe('0.1.0\n')

  const old = join(folder, 'old-node')
  writeFileSync(old, '#!/bin/sh\n[ "$1" = --version ] && echo v20.1.0 && exit 0\nexit 1\n', { mode: 0o755 })
  expect(run({ POSTERN_NODE: old })).toMatchObject({
    status: 2,
    stderr: expect.stringContaining(`POSTERN_NODE is ${old}`),
  })

  const path = join(folder, 'path')
  execFileSync('mkdir', ['-p', path])
  for (const tool of ['dirname', 'uname', 'sh'])
    symlinkSync(execFileSync('/bin/sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim(), join(path, tool))
  const none = run({ PATH: path })
  expect(none).toMatchObject({ status: 2 })
  expect(none.stderr).toMatch(/needs Node\.js 24\.7 or newer.*no runtime\/node.*no node on the PATH/s)
  symlinkSync(old, join(path, 'node'))
  expect(run({ PATH: path }).stderr).toContain('is v20.1.0')

  execFileSync('mkdir', ['-p', join(bundle, 'runtime')])
  symlinkSync(node, join(bundle, 'runtime', 'node'))
  expect(run({ PATH: path }).stdout).toBe('0.1.0\n')
})

test('ES-3: shutdown.sh ends the server of its folder, and says so when there is none', async () => {
  await using rehearsal = await Rehearsal.start({ process: { serverFile: file } })
  cpSync(join(bundleFolder, 'shutdown.sh'), join(rehearsal.server.home, 'shutdown.sh'))
  const shutdown = () => execFileSync('/bin/sh', [join(rehearsal.server.home, 'shutdown.sh')], { encoding: 'utf8' })
  expect(shutdown()).toContain('Ended.')
  expect(await rehearsal.server.waitForEnd()).toBe(0)
  expect(shutdown()).toContain('No environment server is running')
})

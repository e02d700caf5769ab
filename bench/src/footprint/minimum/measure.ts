/**
 * Measures the least that an environment server needs, with each kind of app, on this machine (ES-28), and writes what the server's own
 * check and docs/operating/requirements.md say:
 *
 *   node bench/src/footprint/minimum/measure.ts && node tools/generate.ts
 *
 * Memory and disk do not hang on who else works on the machine; run it as often as you like.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { arch, release } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { callHub, installBuiltInApps } from '@postern/cli'
import { startSampleFeed, startTestSystem, type TestSystem } from '@postern/dev'
import { BundleServer } from '@postern/dev/environment-server'
import { buildServerFile } from '@postern/environment-server/build'
import { Environment, paths } from '@postern/protocol'
import { residentMegabytes } from '../../ingest/resident-memory.ts'
import { type LeastMemory, measureLeastMemory } from './least-memory.ts'
import { installProbeApps } from './probe-apps.ts'
import { usedMegabytes } from './used-disk.ts'

const measuredFile = fileURLToPath(
  new URL('../../../../environment-server/src/requirements/measured.ts', import.meta.url),
)
const python = '/usr/bin/python3'

await buildServerFile()
await using system = await startTestSystem()
await using feed = await startSampleFeed()
const environment = await callHub(system.hub.target, paths.environments, Environment, { json: { name: 'Measured' } })
await using server = await BundleServer.unpack(system.hub.target, environment.id, 'Measured')
const java = realpathSync(execFileSync('/bin/sh', ['-c', 'command -v java'], { encoding: 'utf8' }).trim())
server.changeSettings({ appsPythonHome311: python, appsJavaHome: java })
server.allow(new URL(feed.url).host)
await server.process.startConnected()
const serverPid = Number(readFileSync(hidden('run', 'server.pid'), 'utf8').split(' ')[0])
const unlocking = mostSoFar(serverPid)
const idle = residentMegabytes(serverPid)

await installBuiltInApps(system.hub.target, system.checkout, join(system.dataFolder, 'packages'))
const apps = await leastOfAll(system)
const disk = {
  /** Beside the server file the runtime, which this bundle was downloaded without. */
  bundle: usedMegabytes(server.process.home) - usedMegabytes(hidden()) + usedMegabytes(process.execPath),
  packages: usedMegabytes(hidden('exchange', 'programs')),
  executions: usedMegabytes(hidden('exchange', 'jobs')),
  journal: ['', '-wal', '-shm'].reduce((sum, end) => sum + usedMegabytes(hidden(`journal.sqlite${end}`)), 0),
}
await server.process.stop()
writeFileSync(measuredFile, measuredText())
execFileSync('oxfmt', [measuredFile])
process.stdout.write(readFileSync(measuredFile, 'utf8'))

async function leastOfAll({ hub: { target }, dataFolder }: TestSystem): Promise<LeastMemory[]> {
  const all: LeastMemory[] = []
  for (const probe of await installProbeApps(target, environment, feed)) {
    const least = await measureLeastMemory({ target, dataFolder, serverPid }, probe)
    process.stderr.write(`${JSON.stringify(least)}\n`)
    all.push(least)
  }
  return all
}

function hidden(...names: string[]): string {
  return join(server.process.home, '.postern-envsvr', ...names)
}

/** proc(5): VmHWM, the most that it held since it began. A key is made of the master password then, which is meant to take memory. */
function mostSoFar(pid: number): number {
  const kibibytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kibibytes) / 1024
}

function measuredText(): string {
  const machine = {
    system: `Linux ${release().split('-')[0]}, ${arch()}`,
    node: process.versions.node,
    python: versionOf(python, '--version'),
    java: versionOf(java, '-version'),
  }
  const whole = (megabytes: number) => Math.ceil(megabytes)
  return `/** Written by bench/src/footprint/minimum/measure.ts, which measures it (ES-28). Do not edit. MB are of 2²⁰ bytes. */
export const measured = ${JSON.stringify({
    machine,
    server: { unlocking: whole(unlocking), idle: whole((idle * 1_000_000) / 2 ** 20) },
    apps: apps.map(({ kind, serverMegabytes, appMegabytes, limitMegabytes }) => ({
      kind,
      server: whole(serverMegabytes),
      app: whole(appMegabytes),
      leastLimit: limitMegabytes,
    })),
    disk: Object.fromEntries(Object.entries(disk).map(([name, megabytes]) => [name, whole(megabytes)])),
  })}
`
}

/** The version alone, of a program that says it among other words. */
function versionOf(program: string, option: string): string {
  const said = execFileSync('/bin/sh', ['-c', `"$0" ${option} 2>&1`, program], { encoding: 'utf8' })
  return /\d+(\.\d+)+/.exec(said)?.[0] ?? said.trim()
}

import { type HostileEntry, hostileZip } from '@postern/dev/hostile'
import { PackageFault } from '@postern/protocol'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { unpack } from './unpack.ts'

let folder: string
let target: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-unpack-'))
  target = join(folder, 'target')
  mkdirSync(target)
})
afterEach(() => rmSync(folder, { recursive: true }))

const good: HostileEntry = { name: 'app_v1/install.json', content: Buffer.from('{}') }

test('ES-22: a good package is unpacked without its top folder, files read-only, programs executable', async () => {
  const zip = hostileZip([
    { name: 'app_v1/', content: Buffer.alloc(0), mode: 0o040755 },
    good,
    { name: 'app_v1/lib/deep/a.txt', content: Buffer.from('a'.repeat(5000)), deflated: true },
    { name: 'app_v1/run', mode: 0o100755 },
  ])
  await unpack(zip, 'app_v1', target)
  expect(readdirSync(target).sort()).toEqual(['install.json', 'lib', 'run'])
  expect(readFileSync(join(target, 'lib/deep/a.txt'), 'utf8')).toBe('a'.repeat(5000))
  expect(statSync(join(target, 'install.json')).mode & 0o777).toBe(0o444)
  expect(statSync(join(target, 'run')).mode & 0o777).toBe(0o555)
})

// Packages that are refused, each with its reason, stand in dev/src/hostile/packages, and reach a running server there.

test('ES-22: another top folder than the command names is refused', async () => {
  await expect(unpack(hostileZip([{ name: 'else_v1/install.json' }]), 'app_v1', target)).rejects.toThrow(
    'its folder "else_v1" is not app_v1',
  )
  expect(readdirSync(folder)).toEqual(['target'])
})

test('ES-22: refusals of hostile entries come before the first byte is written', async () => {
  await expect(unpack(hostileZip([good, { name: 'app_v1/../evil' }]), 'app_v1', target)).rejects.toThrow(PackageFault)
  expect(readdirSync(target)).toEqual([])
})

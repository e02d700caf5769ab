import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type HostileEntry, hostileZip } from './hostile-zip.ts'
import { PackageRefused, unpack, unpackLimits } from './unpack.ts'

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

test.each<[string, HostileEntry[]]>([
  ['an absolute path', [good, { name: '/app_v1/evil' }]],
  ['a path that climbs', [good, { name: 'app_v1/../../evil' }]],
  ['a path that climbs at once', [{ name: '../evil' }]],
  ['a path with a dot segment', [good, { name: 'app_v1/./evil' }]],
  ['a path with an empty segment', [good, { name: 'app_v1//evil' }]],
  ['a backslash', [good, { name: 'app_v1\\..\\evil' }]],
  ['a drive letter', [good, { name: 'C:/evil' }]],
  ['a control character', [good, { name: 'app_v1/ev\u0007il' }]],
  ['a zero byte', [good, { name: 'app_v1/evil\u0000.txt' }]],
  ['a symbolic link', [good, { name: 'app_v1/link', content: Buffer.from('/etc/passwd'), mode: 0o120777 }]],
  [
    'a link used as a folder',
    [{ name: 'app_v1/link', content: Buffer.from('/tmp'), mode: 0o120777 }, { name: 'app_v1/link/evil' }],
  ],
  ['a device', [good, { name: 'app_v1/null', mode: 0o020666 }]],
  ['a pipe', [good, { name: 'app_v1/pipe', mode: 0o010666 }]],
  ['the same file twice', [good, good]],
  ['the same file in another case', [good, { name: 'app_v1/INSTALL.json' }]],
  ['the same file in another Unicode form', [{ name: 'app_v1/\u00e9' }, { name: 'app_v1/e\u0301' }]],
  ['a folder in another case', [{ name: 'app_v1/lib/a' }, { name: 'app_v1/LIB/b' }]],
  ['a file that is also a folder', [{ name: 'app_v1/lib' }, { name: 'app_v1/lib/a' }]],
  ['a second top folder', [good, { name: 'other/evil' }]],
  ['a file beside the top folder', [good, { name: 'evil' }]],
  ['another top folder than the program', [{ name: 'else_v1/install.json' }]],
  ['a file in place of the top folder', [{ name: 'app_v1' }]],
  ['an encrypted file', [good, { name: 'app_v1/evil', encrypted: true }]],
  [
    'a file that is larger than it claims',
    [good, { name: 'app_v1/evil', content: Buffer.alloc(50_000), deflated: true, claimedSize: 10 }],
  ],
  ['a bomb', [good, { name: 'app_v1/bomb', content: Buffer.alloc(20 * 1024 * 1024), deflated: true }]],
  ['a name that is too long', [good, { name: `app_v1/${'x'.repeat(256)}` }]],
  ['folders nested too deep', [good, { name: `app_v1/${'d/'.repeat(40)}x` }]],
  ['nothing at all', []],
])('ES-22: a package with %s is refused, and nothing is written outside its folder', async (_what, entries) => {
  await expect(unpack(hostileZip(entries), 'app_v1', target)).rejects.toThrow(/./)
  expect(readdirSync(folder)).toEqual(['target'])
  expect(existsSync('/evil')).toBe(false)
})

test('ES-22: refusals of hostile entries come before the first byte is written', async () => {
  await expect(unpack(hostileZip([good, { name: 'app_v1/../evil' }]), 'app_v1', target)).rejects.toThrow(PackageRefused)
  expect(readdirSync(target)).toEqual([])
})

test('ES-22: a package with too many entries is refused', async () => {
  const many = Array.from({ length: unpackLimits.entriesMax + 1 }, (_value, index) => ({ name: `app_v1/${index}` }))
  await expect(unpack(hostileZip(many), 'app_v1', target)).rejects.toThrow('entries')
  expect(readdirSync(target)).toEqual([])
})

test('ES-22: what is no zip file is refused', async () => {
  await expect(unpack(Buffer.from('#!/bin/sh\n'), 'app_v1', target)).rejects.toThrow(PackageRefused)
})

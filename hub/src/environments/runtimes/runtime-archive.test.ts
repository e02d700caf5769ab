import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { damage } from '../../http/test-requests.ts'
import { nodeOldest, readRuntime, runtimeExecutable } from './runtime-archive.ts'
import { runtimeLimits } from './runtime-limits.ts'
import { RuntimeRefused } from './runtime-refused.ts'
import { archiveOf, programFor, runtimeEntries, type TestEntry } from './test-archive.ts'

const top = 'node-v24.21.0-linux-arm64'
const good = () => runtimeEntries('linux-arm64')

test('ES-2: an archive as tar makes it is read, long names and links inside it included, and its program comes out whole', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'runtime-archive-'))
  try {
    // Longer than a header has room for.
    const deep = Array.from({ length: 12 }, () => 'node_modules/package').join('/')
    const program = programFor('linux-arm64', Buffer.alloc(100_000, 'x'))
    for (const [path, content] of [
      ['bin/node', program],
      ['LICENSE', 'of Node.js'],
      [`lib/${deep}/cli.js`, 'cli'],
    ] as const) {
      mkdirSync(dirname(join(folder, top, path)), { recursive: true })
      writeFileSync(join(folder, top, path), content)
    }
    symlinkSync(`../lib/${deep}/cli.js`, join(folder, top, 'bin/npm'))
    for (const format of ['gnu', 'pax', 'ustar']) {
      const names = format === 'ustar' ? [`${top}/bin/node`, `${top}/LICENSE`] : [top]
      execFileSync('tar', ['-C', folder, `--format=${format}`, '-czf', join(folder, 'a.tar.gz'), ...names])
      const archive = readFileSync(join(folder, 'a.tar.gz'))
      expect(await readRuntime(archive)).toEqual({
        platform: 'linux-arm64',
        version: '24.21.0',
        executableBytes: program.length,
        licence: Buffer.from('of Node.js'),
      })
      // In pieces that no block ends with.
      const pieces = Array.from({ length: Math.ceil(archive.length / 77) }, (_, at) =>
        archive.subarray(at * 77, (at + 1) * 77),
      )
      expect((await buffer(runtimeExecutable(Readable.from(pieces)))).equals(program)).toBe(true)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('ES-2: what nobody wants of an archive does not take along what comes after it, however much of it comes at once', async () => {
  const program = programFor('linux-arm64', randomBytes(600_000))
  const small = Array.from({ length: 6 }, (_, at) => ({ name: `${top}/share/${at}`, content: 'small' }))
  const [folder] = good()
  for (const place of [0, 2, 6]) {
    const licence = { name: `${top}/LICENSE`, content: 'of Node.js' }
    const entries = [...small.slice(0, place), { name: `${top}/bin/node`, content: program }, ...small.slice(place)]
    const archive = archiveOf([folder as TestEntry, ...entries, licence, ...small])
    expect(await readRuntime(archive)).toMatchObject({
      executableBytes: program.length,
      licence: Buffer.from('of Node.js'),
    })
    expect((await buffer(runtimeExecutable(Readable.from([archive])))).equals(program)).toBe(true)
  }
})

const without = (path: string) => good().filter(({ name }) => name !== `${top}/${path}`)
const renamed = (folder: string) => good().map(({ name, ...rest }) => ({ name: name.replace(top, folder), ...rest }))
const link = (name: string, target: string, type = '2'): TestEntry => ({ name: `${top}/${name}`, type, target })

test.each<[string, TestEntry[], string]>([
  ['a path that goes up', [...good(), { name: `${top}/../x`, content: 'x' }], 'leads out of it'],
  ['a path from the root', [{ name: '/etc/passwd', content: 'x' }, ...good()], 'leads out of it'],
  ['a path with a backslash', [...good(), { name: `${top}/..\\x`, content: 'x' }], 'leads out of it'],
  ['a second folder', [...good(), { name: 'other/file', content: 'x' }], 'not everything in it lies in'],
  ['a link from the root', [...good(), link('lib/x', '/etc/passwd')], 'the link "'],
  ['a link that goes up and out', [...good(), link('lib/x', '../../x')], 'the link "'],
  ['a link to what holds its top folder', [...good(), link('lib/x', '../..')], 'the link "'],
  ['a hard link out of it', [...good(), link('lib/x', 'etc/passwd', '1')], 'the link "'],
  ['a device', [...good(), link('lib/x', '', '3')], 'neither a file, a folder nor a link'],
  ['a program that is a link', [...without('bin/node'), link('bin/node', '../lib/npm-cli.js')], 'is not one file'],
  ['two programs', [...good(), { name: `${top}/bin/node`, content: programFor('linux-arm64') }], 'is not one file'],
  ['no program', without('bin/node'), 'is not in it'],
  ['no licence', without('LICENSE'), 'is not in it'],
  ['nothing', [], 'is not in it'],
  ['another program', renamed('python-3.14.0'), 'the folder in it is named "python-3.14.0"'],
  ['a Node.js for musl', renamed(`${top.replace('arm64', 'x64')}-musl`), 'the folder in it is named'],
  ['a Node.js for another system', renamed('node-v24.21.0-darwin-arm64'), 'the folder in it is named'],
  ['a program for another platform', renamed('node-v24.21.0-linux-x64'), 'no program for linux-x64'],
  [
    'a program that is none',
    [...without('bin/node'), { name: `${top}/bin/node`, content: '#!/bin/sh\n' }],
    'no program',
  ],
  ['a Node.js that is too old', renamed('node-v24.6.9-linux-arm64'), `Node.js 24.6.9, and an environment server needs`],
  ['an older line', renamed('node-v22.99.0-linux-arm64'), 'Node.js 22.99.0, and'],
  ['a size that is none', [{ name: `${top}/x`, size: '77777777778\0' }], 'it is damaged'],
  ['a size that is a lie', [...good(), { name: `${top}/x`, size: '00000777777\0' }], 'it is damaged'],
  ['a name without an end', [{ name: 'x', type: 'L', size: '00000100000\0' }], 'it is damaged'],
  ['a name that is too long', [{ name: 'x', type: 'L', content: 'x'.repeat(65_537) }], 'more than 65536 bytes beside'],
  ['too long a record', [...good(), { name: 'x', type: 'g', size: '00077777777\0' }], 'more than 65536 bytes beside'],
  ['a size in a record', [{ name: 'x', type: 'x', content: '10 size=1\n' }, ...good()], 'size of a file beside'],
  ['a path in a record', [{ name: 'x', type: 'x', content: '18 path=/etc/motd\n' }, ...good()], 'leads out of it'],
])('ES-2: an archive with %s is refused, in words that say why', async (_what, entries, said) => {
  await expect(readRuntime(archiveOf(entries))).rejects.toThrow(said)
  await expect(readRuntime(archiveOf(entries))).rejects.toBeInstanceOf(RuntimeRefused)
})

test('ES-2: what is no .tar.gz, or is cut, or unpacks to too much is refused', async () => {
  const archive = archiveOf(good())
  for (const bytes of [Buffer.from('\xfd7zXZ\0', 'latin1'), archive.subarray(0, archive.length / 2), gzipSync('text')])
    await expect(readRuntime(bytes)).rejects.toBeInstanceOf(RuntimeRefused)
  const small = { ...runtimeLimits, unpackedBytesMax: 2000 }
  await expect(readRuntime(archive, small)).rejects.toThrow('it unpacks to more than 2000 bytes')
  await expect(readRuntime(archive, { ...runtimeLimits, entriesMax: 4 })).rejects.toThrow('more than 4 files')
  await expect(readRuntime(archive, { ...runtimeLimits, licenceBytesMax: 9 })).rejects.toThrow('LICENSE in it has more')
})

test('ES-2: an archive whose bytes were changed, cut or spliced is read or refused with a reason, and nothing else', async () => {
  // Not gzipped yet, so that most of what is changed comes as far as the archive.
  const tar = gunzipSync(archiveOf(good()))
  await fc.assert(
    fc.asyncProperty(damage, damage, fc.boolean(), async (first, second, isDeep) => {
      const bytes = isDeep ? gzipSync(second(first(tar))) : second(first(gzipSync(tar)))
      try {
        expect((await readRuntime(bytes)).platform).toBe('linux-arm64')
      } catch (error) {
        expect(error).toBeInstanceOf(RuntimeRefused)
      }
    }),
  )
})

test('D20: the oldest Node.js that is taken is the oldest that a server starts with', () => {
  const launcher = readFileSync(
    new URL('../../../../environment-server/bundle/postern-envsvr', import.meta.url),
    'utf8',
  )
  expect(launcher).toContain(`\noldest="${nodeOldest}"\n`)
})

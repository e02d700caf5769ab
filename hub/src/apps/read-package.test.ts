import { describe, expect, test } from 'vitest'
import { packageLimits } from './package-limits.ts'
import { PackageRefused } from './package-refused.ts'
import { readPackage } from './read-package.ts'
import { type Entry, goodEntries, installJson, programName, replaceAll, zipOf } from './test-packages.ts'

const extra = (entry: Entry) => async () => await zipOf([...goodEntries(), entry])
const instead = (changes: Parameters<typeof goodEntries>[0]) => async () => await zipOf(goodEntries(changes))
const only = (entries: Entry[]) => async () => await zipOf(entries)

/** Where the size of an entry stands in the directory of a zip (APPNOTE 4.3.12), from the entry's name back. */
const sizeBeforeName = 46 - 24
const crcBeforeName = 46 - 16
const flagsBeforeName = 46 - 8

function inDirectory(bytes: Buffer, name: string): number {
  const at = bytes.lastIndexOf(name)
  if (at === -1) throw new Error(`${name} is not in the zip`)
  return at
}

async function patched(name: string, offset: number, change: (bytes: Buffer, at: number) => void): Promise<Buffer> {
  const bytes = Buffer.from(await zipOf(goodEntries()))
  change(bytes, inDirectory(bytes, name) - offset)
  return bytes
}

/** The count in the zip's end record (APPNOTE 4.3.16): the last 22 bytes when there is no comment. */
const withEntryCount = (count: number) => async () => {
  const bytes = Buffer.from(await zipOf(goodEntries()))
  bytes.writeUInt16LE(count, bytes.length - 22 + 10)
  return bytes
}

const hostile: [name: string, make: () => Promise<Buffer>, reason: RegExp][] = [
  [
    'a path out of the folder (zip-slip)',
    extra({ name: `${programName}/../../evil.sh`, content: 'x' }),
    /leads out of its folder by "\.\."/,
  ],
  ['an absolute path', extra({ name: '/etc/cron.d/evil', content: 'x' }), /is an absolute path/],
  ['a Windows drive', extra({ name: 'C:/evil.txt', content: 'x' }), /is an absolute path/],
  ['backslashes as separators', extra({ name: `${programName}\\..\\evil`, content: 'x' }), /holds a backslash/],
  ['a control character in a name', extra({ name: `${programName}/a\nb`, content: 'x' }), /holds a control character/],
  ['a segment "."', extra({ name: `${programName}/./x`, content: 'x' }), /an empty segment or "\."/],
  ['an empty segment', extra({ name: `${programName}//x`, content: 'x' }), /an empty segment or "\."/],
  [
    'a symbolic link',
    extra({ name: `${programName}/link`, content: '/etc/passwd', mode: 0o120777 }),
    /"Sample_Feed_v1\/link" is a link/,
  ],
  ['a device', extra({ name: `${programName}/null`, content: '', mode: 0o020666 }), /is a device or a pipe/],
  [
    'the same name twice',
    extra({ name: `${programName}/app.mjs`, content: 'other' }),
    /"Sample_Feed_v1\/app\.mjs" is in it twice/,
  ],
  ['names that differ in case', extra({ name: `${programName}/APP.mjs`, content: 'x' }), /differ only in case/],
  [
    'names that differ in composition',
    only([
      ...goodEntries(),
      { name: `${programName}/caf\u00e9`, content: '1' },
      { name: `${programName}/cafe\u0301`, content: '2' },
    ]),
    /differ only in case/,
  ],
  ['a file that is a folder too', extra({ name: `${programName}/app.mjs/x`, content: 'x' }), /is in it twice/],
  [
    'a bomb in one file',
    extra({ name: `${programName}/zeros`, content: Buffer.alloc(8 * 1024 * 1024) }),
    /"Sample_Feed_v1\/zeros" is compressed more than 100 times/,
  ],
  [
    'many small files that are a bomb together',
    only([
      ...goodEntries(),
      ...Array.from({ length: 40 }, (_, i) => ({ name: `${programName}/z${i}`, content: Buffer.alloc(1024 * 1024) })),
    ]),
    /more than 100 times its size/,
  ],
  ['too many entries', withEntryCount(packageLimits.entriesMax + 1), /more than 20000 entries/],
  [
    'folders nested too deep',
    extra({ name: `${programName}/${'d/'.repeat(40)}x`, content: 'x' }),
    /nested deeper than 32/,
  ],
  [
    'a file name that is too long',
    extra({ name: `${programName}/${'n'.repeat(300)}`, content: 'x' }),
    /more than 255 bytes/,
  ],
  ['two top-level folders', extra({ name: 'Other_v1/x', content: 'x' }), /2 top-level folders/],
  ['a file beside the folder', extra({ name: 'README.txt', content: 'x' }), /lies beside the app's folder/],
  [
    'a folder without a version',
    only([{ name: 'sample/install.json', content: JSON.stringify(installJson) }]),
    /not named <name>_v<version>/,
  ],
  [
    'a folder that is a hidden one',
    only([{ name: '.hidden_v1/install.json', content: JSON.stringify(installJson) }]),
    /not named <name>_v<version>/,
  ],
  ['nothing at all', only([]), /it is empty/],
  ['no install.json', only([{ name: `${programName}/app.mjs`, content: 'x' }]), /there is no install\.json/],
  [
    'an install.json that is no JSON',
    only([{ name: `${programName}/install.json`, content: '{' }]),
    /install\.json is not JSON/,
  ],
  [
    'an install.json that is no text',
    only([{ name: `${programName}/install.json`, content: Buffer.from([0x7b, 0xff, 0x7d]) }]),
    /not UTF-8/,
  ],
  [
    'an install.json nested without end',
    only([{ name: `${programName}/install.json`, content: '['.repeat(5000) }]),
    /nested deeper than 64/,
  ],
  [
    'an install.json as large as a book',
    only([{ name: `${programName}/install.json`, content: `"${'x'.repeat(1024 * 1024)}"`, compress: false }]),
    /larger than 1 MB/,
  ],
  [
    'an install.json without a name',
    instead({ install: { displayName: '' } }),
    /install\.json has mistakes[\s\S]*displayName/,
  ],
  ['a playbook app', instead({ install: { runtimeLevel: 'Playbook' } }), /runtimeLevel is "Playbook"/],
  ['a language that nobody runs', instead({ install: { programLanguage: 'COBOL' } }), /none of NODE, PYTHON and JAVA/],
  ['a program that is not in it', instead({ install: { programMain: 'other.mjs' } }), /names the program "other\.mjs"/],
  [
    'a postern.json of an unknown kind',
    instead({ postern: { kind: 'root' } }),
    /postern\.json has mistakes[\s\S]*kind/,
  ],
  ['no zip', async () => Buffer.from('#!/bin/sh\nrm -rf /\n'), /it is not a zip file/],
  ['a zip that is cut off', async () => (await zipOf(goodEntries())).subarray(0, -30), /it is not a zip file/],
  [
    'an encrypted file',
    () =>
      patched(`${programName}/app.mjs`, flagsBeforeName, (bytes, at) =>
        bytes.writeUInt16LE(bytes.readUInt16LE(at) | 1, at),
      ),
    /is encrypted/,
  ],
  [
    'a file larger than it claims',
    () => patched(`${programName}/app.mjs`, sizeBeforeName, (bytes, at) => bytes.writeUInt32LE(3, at)),
    /damaged/,
  ],
  [
    'a file with a wrong checksum',
    () => patched(`${programName}/app.mjs`, crcBeforeName, (bytes, at) => bytes.writeUInt32LE(1, at)),
    /does not match its checksum/,
  ],
  [
    'a directory that points elsewhere',
    async () => replaceAll(await zipOf(goodEntries()), Buffer.from('PK\u0001\u0002'), Buffer.from('PK\u0001\u0003')),
    /directory does not fit together/,
  ],
]

describe('S14: a hostile package is refused, with its own reason', () => {
  test.each(hostile)('%s', async (_name, make, reason) => {
    const error = await readPackage(await make()).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(PackageRefused)
    expect((error as Error).message).toMatch(reason)
  })
})

test('FD-12: a good package is read: its name, its manifest byte for byte, its kind', async () => {
  const text = `\uFEFF${JSON.stringify(installJson, null, 3)}\n`
  const bytes = await zipOf([
    { name: `${programName}/` },
    { name: `${programName}/install.json`, content: text },
    { name: `${programName}/app.mjs`, content: '' },
    { name: `${programName}/postern.json`, content: '{"kind":"feed","later":1}' },
  ])
  const read = await readPackage(bytes)
  expect(read).toMatchObject({ programName, bytes: bytes.length, programLanguage: 'NODE', postern: { kind: 'feed' } })
  expect(read.installText).toBe(text)
  expect(read.sha256).toMatch(/^[0-9a-f]{64}$/)
})

test.each([
  ['run', 'run.py'],
  ['run.py', 'run.py'],
  ['run', '__main__.py'],
])(
  'FD-12: a Python app of ThreatConnect whose programMain is %s and whose file is %s is taken',
  async (programMain, file) => {
    const install = JSON.stringify({
      ...installJson,
      programLanguage: 'PYTHON',
      programMain,
      languageVersion: '3.11',
      runtimeLevel: ['Organization'],
    })
    const read = await readPackage(
      await zipOf([
        { name: 'TC_-_Real_App_v1.0/install.json', content: install },
        { name: `TC_-_Real_App_v1.0/${file}`, content: 'pass' },
      ]),
    )
    expect(read).toMatchObject({ programName: 'TC_-_Real_App_v1.0', programLanguage: 'PYTHON', postern: undefined })
  },
)

import { packageLimits } from '@postern/protocol'
import { crc32 } from 'node:zlib'
import { type HostileArchive, type HostileEntry, hostileZip, localFile } from './hostile-zip.ts'
import { hostileManifests } from './hostile-manifests.ts'
import { goodManifest, program } from './good-package.ts'

/** A package that nobody should take, and the sentence that says what is wrong with it. */
export type HostilePackage = {
  name: string
  make: () => Buffer
  /** Completes "The package is refused: ". */
  reason: RegExp
  /** Faults of the zip are found by the hub and by environment servers; what install.json says is the hub's to judge. */
  foundBy: 'both' | 'hub'
}

const good: readonly HostileEntry[] = [
  { name: `${program}/install.json`, content: JSON.stringify(goodManifest) },
  { name: `${program}/app.mjs`, content: 'console.log("hello")\n' },
]

const withEntry =
  (...more: HostileEntry[]) =>
  () =>
    hostileZip([...good, ...more])
const only = (entries: HostileEntry[], archive?: HostileArchive) => () => hostileZip(entries, archive)
const named = (path: string): HostileEntry => ({ name: `${program}/${path}` })
const zeros = (bytes: number) => Buffer.alloc(bytes)

/** An extra field by which 64-bit sizes are given (APPNOTE 4.5.3), for an entry whose 32-bit size is all ones. */
const zip64Size = (bytes: bigint): NonNullable<HostileEntry['extra']> => {
  const data = Buffer.alloc(8)
  data.writeBigUInt64LE(bytes)
  return [{ id: 1, data }]
}

/** An extra field that gives an entry another name (APPNOTE 4.6.9), with the checksum that makes readers believe it. */
const unicodeName = (name: string, checksumOfName: number): NonNullable<HostileEntry['extra']> => {
  const data = Buffer.concat([Buffer.from([1, 0, 0, 0, 0]), Buffer.from(name)])
  data.writeUInt32LE(checksumOfName, 1)
  return [{ id: 0x7075, data }]
}

type Case = [name: string, make: () => Buffer, reason: RegExp]

const paths: Case[] = [
  ['a path out of the folder (zip slip)', withEntry(named('../../evil.sh')), /leads out of its folder by "\.\."/],
  ['a path that climbs at once', withEntry({ name: '../evil.sh' }), /leads out of its folder by "\.\."/],
  ['an absolute path', withEntry({ name: '/etc/cron.d/evil' }), /is an absolute path/],
  ['a Windows drive', withEntry({ name: 'C:/evil.txt' }), /is an absolute path/],
  ['backslashes as separators', withEntry({ name: `${program}\\..\\evil` }), /holds a backslash/],
  ['a path of a Windows server', withEntry({ name: '\\\\host\\share\\evil' }), /holds a backslash/],
  ['a line feed in a name', withEntry(named('a\nb')), /holds a control character/],
  ['a zero byte in a name', withEntry(named('evil.sh\0.txt')), /holds a control character/],
  ['a name written from right to left', withEntry(named('invoice\u202efdp.mjs')), /holds a control character/],
  [
    'a name that is not UTF-8',
    withEntry({ name: Buffer.from([...Buffer.from(`${program}/`), 0xff, 0xfe]) }),
    /is not UTF-8/,
  ],
  ['a segment "."', withEntry(named('./x')), /an empty segment or "\."/],
  ['an empty segment', withEntry(named('/x')), /an empty segment or "\."/],
  ['an entry without a name', withEntry({ name: '' }), /has no name/],
  ['a device of Windows as a name', withEntry(named('lib/NUL.txt')), /is that of a device on Windows/],
  ['a name that Windows shortens', withEntry(named('app.mjs. ')), /which Windows drops/],
  ['folders nested too deep', withEntry(named(`${'d/'.repeat(40)}x`)), /nested deeper than 32/],
  ['a path that is too long', withEntry(named(`${'d'.repeat(200)}/`.repeat(10))), /has more than 1024 bytes/],
  ['a file name that is too long', withEntry(named('n'.repeat(300))), /a file name of more than 255 bytes/],
]

const files: Case[] = [
  [
    'a symbolic link',
    withEntry({ ...named('link'), content: '/etc/passwd', mode: 0o120777 }),
    /"hostile_v1\/link" is a link/,
  ],
  [
    'a link used as a folder',
    withEntry({ ...named('link'), content: '/tmp', mode: 0o120777 }, named('link/evil')),
    /"hostile_v1\/link" is a link/,
  ],
  // A zip knows no hard links; the Unix extra fields that some tools read them from are not looked at, and a socket's mode is refused.
  ['a socket', withEntry({ ...named('socket'), mode: 0o140666 }), /another special file/],
  ['a device', withEntry({ ...named('null'), content: '', mode: 0o020666 }), /is a device/],
  ['a pipe', withEntry({ ...named('pipe'), content: '', mode: 0o010666 }), /is a device, a pipe/],
  ['a folder that is a file', withEntry({ ...named('folder'), mode: 0o040755 }), /a folder without a closing slash/],
  ['a folder with content', withEntry({ ...named('folder/'), content: 'x', mode: 0o040755 }), /has content/],
  ['the same name twice', withEntry(named('app.mjs')), /"hostile_v1\/app\.mjs" is in it twice/],
  ['install.json twice', withEntry(named('install.json')), /install\.json" is in it twice/],
  ['names that differ in case', withEntry(named('APP.mjs')), /differ only in case/],
  ['folders that differ in case', withEntry(named('lib/a'), named('LIB/b')), /differ only in case/],
  [
    'names that differ in composition',
    withEntry(named('caf\u00e9'), named('cafe\u0301')),
    /differ only in case or composition/,
  ],
  ['names that differ by a long s', withEntry(named('s.mjs'), named('\u017f.mjs')), /differ only in case/],
  ['a file that is a folder too', withEntry(named('app.mjs/x')), /is in it twice/],
  ['two top-level folders', withEntry({ name: 'other_v1/x' }), /2 top-level folders/],
  ['a file beside the folder', withEntry({ name: 'README.txt' }), /lies beside the app's folder/],
  ['a folder without a version', only([{ name: 'sample/install.json' }]), /not named <name>_v<version>/],
  ['a hidden folder', only([{ name: '.hidden_v1/install.json' }]), /not named <name>_v<version>/],
  ['an encrypted file', withEntry({ ...named('x'), flags: 1, deflated: true }), /is encrypted/],
  ['an unknown compression', withEntry({ ...named('x'), method: 14 }), /compressed by method 14/],
]

const bombs: Case[] = [
  [
    'a bomb in one file',
    withEntry({ ...named('zeros'), content: zeros(8 * 1024 * 1024), deflated: true }),
    /"hostile_v1\/zeros" is compressed more than 100 times/,
  ],
  [
    'many small files that are a bomb together',
    withEntry(
      ...Array.from({ length: 40 }, (_, i) => ({ ...named(`z${i}`), content: zeros(1024 * 1024), deflated: true })),
    ),
    /more than 100 times its size/,
  ],
  [
    'files that share their bytes (overlap bomb)',
    withEntry(
      { ...named('a'), content: 'x'.repeat(100) },
      ...Array.from({ length: 50 }, (_, i) => ({ ...named(`b${i}`), sharesBytesOf: 2 })),
    ),
    /has another name elsewhere in the file/,
  ],
  [
    'files that lie inside one another',
    withEntry({ ...named('outer'), content: localFile(named('inner')) }, { ...named('inner'), inside: 2 }),
    /"hostile_v1\/outer" and "hostile_v1\/inner" share bytes/,
  ],
  [
    'an entry twice in the directory',
    () => hostileZip([...good, named('a'), { ...named('a'), sharesBytesOf: 2 }]),
    /is in it twice/,
  ],
  [
    'a count of entries that lies',
    only([...good], { entryCount: packageLimits.entriesMax + 1 }),
    /more than 20000 entries/,
  ],
  [
    'really too many entries',
    () => hostileZip(Array.from({ length: packageLimits.entriesMax + 1 }, (_, i) => named(String(i)))),
    /more than 20000 entries/,
  ],
  [
    'a size of 64 bits that lies',
    withEntry({ ...named('x'), claimedSize: 0xffff_ffff, extra: zip64Size(2n ** 40n), deflated: true }),
    /more than 1 GB/,
  ],
  [
    'a size beyond all numbers',
    withEntry({ ...named('x'), claimedSize: 0xffff_ffff, extra: zip64Size(2n ** 63n), deflated: true }),
    /more than 1 GB/,
  ],
]

const lies: Case[] = [
  [
    'another name in front of the file',
    withEntry({ ...named('harmless'), local: { name: `${program}/evil.sh` } }),
    /another name elsewhere/,
  ],
  [
    'another name in an extra field',
    () =>
      hostileZip([
        ...good,
        { ...named('harmless'), extra: unicodeName(`${program}/evil.sh`, crc32(`${program}/harmless`)) },
      ]),
    /another name elsewhere/,
  ],
  [
    'another compression in front of the file',
    withEntry({ ...named('x'), local: { method: 8 } }),
    /described in two ways: as compressed/,
  ],
  [
    'another size in front of the file',
    withEntry({ ...named('x'), local: { size: 2 } }),
    /described in two ways: with different sizes/,
  ],
  [
    'another size behind the file',
    withEntry({ ...named('x'), descriptor: { size: 2 } }),
    /described in two ways: with different sizes/,
  ],
  [
    'a file larger than it claims',
    withEntry({ ...named('x'), content: zeros(50_000), deflated: true, claimedSize: 10 }),
    /lies about its size/,
  ],
  [
    'a file smaller than it claims',
    withEntry({ ...named('x'), content: zeros(1_000), deflated: true, claimedSize: 2_000 }),
    /lies about its size/,
  ],
  ['a file with a wrong checksum', withEntry({ ...named('x'), claimedChecksum: 1 }), /does not match its checksum/],
  ['a file behind the end', () => patchedOffset(hostileZip(good)), /is not where the directory says/],
  ['nothing at all', only([]), /it is empty/],
  ['no zip', () => Buffer.from('#!/bin/sh\nrm -rf /\n'), /it is not a zip file/],
  ['a zip that is cut off', () => hostileZip(good).subarray(0, -30), /it is not a zip file/],
  ['something behind the zip', only([...good], { behind: Buffer.from('#!/bin/sh\n') }), /it is not a zip file/],
  ['something in front of the zip', only([...good], { before: Buffer.from('#!/bin/sh\n') }), /begins with something/],
  [
    'a second directory in its comment',
    only([...good], { comment: hostileZip([]).toString('latin1') }),
    /holds a second directory/,
  ],
  [
    'a directory that points elsewhere',
    () => replaced(hostileZip(good), 'PK\u0001\u0002', 'PK\u0001\u0003'),
    /directory does not fit together/,
  ],
]

/** The directory's word on where the last file begins, moved behind the end of everything. */
function patchedOffset(zip: Buffer): Buffer {
  const at = zip.lastIndexOf(Buffer.from('PK\u0001\u0002'))
  zip.writeUInt32LE(zip.length, at + 42)
  return zip
}

function replaced(zip: Buffer, from: string, to: string): Buffer {
  return Buffer.from(zip.toString('latin1').replaceAll(from, to), 'latin1')
}

/** Every hostile package, by a name of its own. */
export const hostilePackages: readonly HostilePackage[] = [
  ...[...paths, ...files, ...bombs, ...lies].map(([name, make, reason]) => ({
    name,
    make,
    reason,
    foundBy: 'both' as const,
  })),
  ...hostileManifests.map(({ name, entries, reason }) => ({
    name,
    make: () => hostileZip(entries),
    reason,
    foundBy: 'hub' as const,
  })),
]

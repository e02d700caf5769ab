import { gzipSync } from 'node:zlib'
import type { Platform } from '@postern/protocol'

/** An entry as it is written, however odd. `type` is the letter of its header. */
export type TestEntry = { name: string; content?: Buffer | string; type?: string; target?: string; size?: string }

const machines: Readonly<Record<Platform, number>> = { 'linux-x64': 62, 'linux-arm64': 183 }

/** The head of a program for a platform, and what follows. */
export function programFor(platform: Platform, rest: Buffer | string = 'the program'): Buffer {
  const head = Buffer.alloc(64)
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]).copy(head)
  head.writeUInt16LE(2, 16)
  head.writeUInt16LE(machines[platform], 18)
  return Buffer.concat([head, Buffer.from(rest)])
}

/** What Node.js has in its archive that matters here. A test replaces or adds. */
export function runtimeEntries(platform: Platform, { version = '24.21.0', rest = Buffer.alloc(0) } = {}): TestEntry[] {
  const top = `node-v${version}-${platform}`
  return [
    { name: `${top}/`, type: '5' },
    { name: `${top}/bin/node`, content: programFor(platform, rest) },
    { name: `${top}/bin/npm`, type: '2', target: '../lib/npm-cli.js' },
    { name: `${top}/lib/npm-cli.js`, content: 'npm' },
    { name: `${top}/LICENSE`, content: 'of Node.js' },
  ]
}

/** A gzipped tar archive of these entries. */
export function archiveOf(entries: readonly TestEntry[]): Buffer {
  return gzipSync(Buffer.concat([...entries.flatMap(blocksOf), Buffer.alloc(1024)]))
}

function blocksOf({ name, content = '', type = '0', target = '', size }: TestEntry): Buffer[] {
  const body = Buffer.from(content)
  const header = Buffer.alloc(512)
  header.write(name, 0, 100)
  header.write('0000644\0', 100)
  header.write(size ?? `${body.length.toString(8).padStart(11, '0')}\0`, 124, 12)
  header.write('        ', 148)
  header.write(type, 156)
  header.write(target, 157, 100)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]
}

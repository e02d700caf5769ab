import { buffer } from 'node:stream/consumers'
import { ZipFile } from 'yazl'

export const programName = 'Sample_Feed_v1'

/** An install.json as real apps have it: looser than the vendor's schema (T17). */
export const installJson = {
  allowOnDemand: true,
  appId: 'not-a-uuid-s',
  displayName: 'Sample feed',
  features: ['fileParams', 'someFutureFeature'],
  languageVersion: '24',
  note: 'For tests',
  params: [
    { name: 'url', label: 'URL', required: true },
    { name: 'count', type: 'choice', default: 7, validValues: ['7', '8'] },
    { name: 'api_key', type: 'String', encrypt: true },
  ],
  programLanguage: 'node',
  programMain: 'app.mjs',
  programVersion: '1.2.3',
  runtimeLevel: 'organization',
}

export const posternJson = { kind: 'feed', repeatable: true, egress: ['feed.example.com'] }

export type Entry = { name: string; content?: string | Buffer; mode?: number; compress?: boolean }

/** The files of a good package; a test replaces or adds. */
export function goodEntries(changes: { install?: object; postern?: object | null; main?: string } = {}): Entry[] {
  return [
    { name: `${programName}/install.json`, content: JSON.stringify({ ...installJson, ...changes.install }, null, 2) },
    { name: `${programName}/app.mjs`, content: changes.main ?? "console.log('hello')\n" },
    ...(changes.postern === null
      ? []
      : [{ name: `${programName}/postern.json`, content: JSON.stringify(changes.postern ?? posternJson) }]),
  ]
}

/** Zips entries. A name that yazl would refuse to write is put into the bytes afterwards, since attackers can do that too. */
export async function zipOf(entries: Entry[]): Promise<Buffer> {
  const zip = new ZipFile()
  const swaps: [string, string][] = []
  for (const [index, { name, content, mode, compress }] of entries.entries()) {
    const written = isWritable(name) ? name : `${index}`.padEnd(Buffer.byteLength(name), 'x')
    if (written !== name) swaps.push([written, name])
    const options = { mtime: new Date(315_532_800_000), mode: mode ?? 0o100644, compress: compress ?? true }
    if (written.endsWith('/')) zip.addEmptyDirectory(written, { mtime: options.mtime, mode: mode ?? 0o040755 })
    else zip.addBuffer(Buffer.from(content ?? ''), written, options)
  }
  zip.end()
  let bytes = await buffer(zip.outputStream)
  for (const [written, name] of swaps) bytes = replaceAll(bytes, Buffer.from(written), Buffer.from(name))
  return bytes
}

/** Changes bytes of a zip behind its writer's back. */
export function replaceAll(bytes: Buffer, from: Buffer, to: Buffer) {
  if (from.length !== to.length) throw new Error('the replacement has another length')
  const changed = Buffer.from(bytes)
  let found = 0
  for (let at = changed.indexOf(from); at !== -1; at = changed.indexOf(from, at + from.length)) {
    to.copy(changed, at)
    found += 1
  }
  if (found === 0) throw new Error(`${from.toString()} is not in the zip`)
  return changed
}

function isWritable(name: string): boolean {
  return !name.includes('\\') && !name.startsWith('/') && !name.split('/').includes('..') && !/^[A-Za-z]:/.test(name)
}

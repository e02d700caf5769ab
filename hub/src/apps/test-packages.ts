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

const posternJson = { kind: 'feed', repeatable: true, egress: ['feed.example.com'] }

export type Entry = { name: string; content?: string | Buffer; mode?: number; compress?: boolean }

/** The files of a good package; a test replaces or adds. */
export function goodEntries(changes: { install?: object; main?: string } = {}): Entry[] {
  return [
    { name: `${programName}/install.json`, content: JSON.stringify({ ...installJson, ...changes.install }, null, 2) },
    { name: `${programName}/app.mjs`, content: changes.main ?? "console.log('hello')\n" },
    { name: `${programName}/postern.json`, content: JSON.stringify(posternJson) },
  ]
}

/** Zips entries. */
export async function zipOf(entries: Entry[]): Promise<Buffer> {
  const zip = new ZipFile()
  const mtime = new Date(315_532_800_000)
  for (const { name, content } of entries) {
    if (name.endsWith('/')) zip.addEmptyDirectory(name, { mtime, mode: 0o040755 })
    else zip.addBuffer(Buffer.from(content ?? ''), name, { mtime, mode: 0o100644 })
  }
  zip.end()
  return await buffer(zip.outputStream)
}

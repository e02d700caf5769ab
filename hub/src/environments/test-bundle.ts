import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Entry as ZipEntry, fromBufferPromise } from 'yauzl'
import { createEnvironments, type Environments } from './environments.ts'
import type { TestHub } from './test-hub.ts'

export type Unzipped = Map<string, { mode: number; content: Buffer }>

export async function unzip(bytes: Buffer): Promise<Unzipped> {
  const zip = await fromBufferPromise(bytes, { lazyEntries: true })
  const entries: Unzipped = new Map()
  for await (const entry of zip.eachEntry())
    entries.set(entry.fileName, {
      mode: (entry.externalFileAttributes >>> 16) & 0o7777,
      content: await contentOf(entry),
    })
  return entries

  async function contentOf(entry: ZipEntry): Promise<Buffer> {
    const chunks: Buffer[] = []
    if (!entry.fileName.endsWith('/'))
      for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks)
  }
}

export function json(entries: Unzipped, name: string): unknown {
  return JSON.parse(entries.get(name)?.content.toString() ?? 'null')
}

/** The environment server's folder with what a bundle is made of, and a runtime beside it. @returns where it lies */
export function makeServerFiles(): string {
  const folder = mkdtempSync(join(tmpdir(), 'server-files-'))
  mkdirSync(join(folder, 'dist'))
  mkdirSync(join(folder, 'bundle'))
  mkdirSync(join(folder, 'bin'))
  writeFileSync(join(folder, 'dist/postern-envsvr.mjs'), "console.log('server')\n")
  for (const name of [
    'run.sh',
    'configure.sh',
    'postern-envsvr',
    'postern-envsvr.init.sh',
    'README.txt',
    'postern-envsvr.service',
    '.hidden',
  ]) {
    writeFileSync(join(folder, 'bundle', name), `${name}\n`)
  }
  writeFileSync(join(folder, 'bin/node'), 'the runtime')
  chmodSync(join(folder, 'bin/node'), 0o700)
  writeFileSync(join(folder, 'LICENSE'), 'of the runtime')
  return folder
}

type Files = { serverFilesFolder: string; runtimeFile: string; onlyLocalNames?: () => boolean }

/** The environments of a test hub that others know as hub.example.org. */
export function environmentsOf(hub: TestHub, { onlyLocalNames = () => false, ...files }: Files): Environments {
  const { database, audit, keys, authority, clock } = hub
  const settings = {
    publicNames: async () => ({
      apiURL: 'https://hub.example.org:8443',
      brokerHost: 'hub.example.org',
      brokerPort: 62_000,
      onlyLocalNames: onlyLocalNames(),
    }),
  }
  return createEnvironments({ db: database.db, audit, keys, authority, settings, clock, ...files })
}

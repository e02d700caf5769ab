import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageApp } from '@postern/app-sdk/package'
import { App, AppPage, installHeaders, paths } from '@postern/protocol'
import { callHub, type HubTarget } from '../hub-api.ts'
import { allRows } from '../rows-of.ts'
import { sourcesDigest } from './sources-digest.ts'

/** Packages, has signed and installs every app of the repository, as any other package (D13). Cached by the sources' hash. */
export async function installBuiltInApps(target: HubTarget, checkout: string, cacheFolder: string): Promise<App[]> {
  mkdirSync(cacheFolder, { recursive: true, mode: 0o700 })
  const installed = new Set((await allRows(target, paths.apps, AppPage)).map((app) => app.current.packageSha256))
  for (const name of readdirSync(join(checkout, 'apps'))) {
    const folder = join(checkout, 'apps', name)
    if (!existsSync(join(folder, 'app.ts'))) continue
    const bytes = await packaged(folder, checkout, cacheFolder)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    if (!installed.has(sha256)) await installPackage(target, bytes)
  }
  return await allRows(target, paths.apps, AppPage)
}

/** Installs a package that carries no signature: who may open the hub's local socket vouches for it by its hash (D7). */
export async function installPackage(target: HubTarget, bytes: Buffer): Promise<App> {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return await callHub(target, paths.apps, App, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', [installHeaders.confirmSha256]: sha256 },
    body: bytes,
  })
}

async function packaged(folder: string, checkout: string, cacheFolder: string): Promise<Buffer> {
  const cached = join(
    cacheFolder,
    `${sourcesDigest([folder, join(checkout, 'app-sdk'), join(checkout, 'protocol'), join(checkout, 'intel')])}.tcx`,
  )
  if (existsSync(cached)) return readFileSync(cached)
  const { file: bytes } = await packageApp(folder)
  // Renamed into its place: another process that fills the same folder never reads half a package.
  const written = `${cached}.${randomUUID()}`
  writeFileSync(written, bytes, { mode: 0o600 })
  renameSync(written, cached)
  return bytes
}

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import { checkoutFolder } from '@postern/cli'
import { migrate, migrationsDigest, openPrivateCluster } from '@postern/hub'

type User = { uid: number; gid: number } | undefined

/**
 * Puts the database into a hub's data folder as its first start would have left it, so that each of the many hubs of a test run needs
 * not make its own. It is copied from one that was made by the same code of the same migrations, once on this machine.
 * @param user whom root starts the hub as
 */
export async function placePreparedCluster(dataFolder: string, user: User): Promise<void> {
  const folder = clustersFolder(user)
  if (folder === undefined) return
  const made = join(folder, clusterDigest())
  if (!existsSync(made)) await makeCluster(folder, made, user)
  execFileSync('cp', ['-a', made, join(dataFolder, 'cluster')])
}

/** Anyone may make folders below /tmp: one that belongs to somebody else is not used. */
function clustersFolder(user: User): string | undefined {
  const uid = process.getuid?.() ?? 0
  const folder = `/tmp/postern-clusters-${uid}-${user?.uid ?? uid}`
  mkdirSync(folder, { recursive: true, mode: 0o711 })
  const facts = lstatSync(folder)
  return facts.isDirectory() && facts.uid === uid ? folder : undefined
}

/** Others may make the same one at the same time: whoever comes first has made it. */
async function makeCluster(folder: string, made: string, user: User): Promise<void> {
  const making = mkdtempSync(join(folder, 'making-'))
  if (user !== undefined) chownSync(making, user.uid, user.gid)
  const cluster = await openPrivateCluster(making, user)
  try {
    await migrate(cluster.url)
  } finally {
    await cluster.stop()
  }
  // What else was written belongs to whoever we are; a hub writes its own.
  for (const name of readdirSync(making)) if (name !== 'data') rmSync(join(making, name), { recursive: true })
  try {
    renameSync(making, made)
  } catch (error) {
    rmSync(making, { recursive: true })
    if (!existsSync(made)) throw error
  }
}

/** Of all that it depends on: the migrations, and how a cluster is made. */
function clusterDigest(): string {
  const maker = readFileSync(join(checkoutFolder, 'hub/src/database/provider/private-cluster.ts'))
  return createHash('sha256').update(migrationsDigest()).update(maker).digest('hex').slice(0, 16)
}

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from '../lib/problem.ts'

/** Name of the environment server's one file, in zips and on its machine. */
export const serverFileName = 'postern-envsvr.mjs'

/** Files beside the server file in a bundle; a folder with more than this is not the one we mean. */
const bundleFilesMax = 200

export type BundleFile = { name: string; path: string; isScript: boolean }

/** The server file's bytes. @param folder `serverFilesFolder` */
export async function readServerFile(folder: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, 'dist', serverFileName))
  } catch (error) {
    throw new Problem(
      'unavailable',
      'This hub has no environment server file to hand out. Build it (npm run -w environment-server build), or set POSTERN_SERVER_FILES.',
      { cause: error },
    )
  }
}

/** What lies beside the server file in a bundle: scripts, unit files, texts. */
export async function listBundleFiles(folder: string): Promise<BundleFile[]> {
  const bundle = join(folder, 'bundle')
  let entries
  try {
    entries = await readdir(bundle, { withFileTypes: true })
  } catch (error) {
    throw new Problem(
      'unavailable',
      "This hub has no scripts for the bundle. Set POSTERN_SERVER_FILES to the environment server's folder.",
      {
        cause: error,
      },
    )
  }
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
  if (files.length > bundleFilesMax) throw new Error(`${bundle} holds ${files.length} files, which is no bundle`)
  return files
    .map(({ name }) => ({
      name,
      path: join(bundle, name),
      isScript: name.endsWith('.sh') || name === 'postern-envsvr',
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

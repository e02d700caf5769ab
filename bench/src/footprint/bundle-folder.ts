import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildServerFile } from '@postern/environment-server/build'

const scripts = fileURLToPath(new URL('../../../environment-server/bundle/', import.meta.url))

/** What a bundle carries, built as for a download; `wrapper` has a rehearsal's server start by its `run.sh`. */
export type BundleFolder = Disposable & { runScript: string; wrapper: string[] }

/** Below /tmp itself: the environment server is another user than root, and has to reach it. */
export async function makeBundleFolder(): Promise<BundleFolder> {
  const folder = mkdtempSync('/tmp/postern-footprint-')
  chmodSync(folder, 0o755)
  cpSync(scripts, folder, { recursive: true })
  await buildServerFile(join(folder, 'postern-envsvr.mjs'))
  const runScript = join(folder, 'run.sh')
  const wrapper = join(folder, 'by-run-script.sh')
  // $1 is the runtime, $2 the source that a rehearsal would have run, the rest are options of the server.
  writeFileSync(wrapper, `node=$1; shift 2\nPOSTERN_NODE=$node exec /bin/sh ${runScript} "$@"\n`)
  return { runScript, wrapper: ['/bin/sh', wrapper], [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}

import { closeSync, lstatSync, mkdirSync, openSync, readdirSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { launch } from '@postern/protocol'
import type { Redactor } from '../redact/redactor.ts'
import type { ExecutionFolders } from '../sandbox/confinement.ts'
import { readAppFile } from './app-file.ts'
import { diskLimits } from './disk-limits.ts'
import { measureFolders } from './disk-watch.ts'
import { removeFolder } from './remove-folder.ts'
import { LineSplitter } from './line-splitter.ts'

const bytesAtOnceMax = 1024 * 1024

/**
 * What an app leaves on disk stays for days (ES-9), and an app may have written its secrets into it. Its message and results are
 * in the attempt's result by now, so the files go; its log files are written anew without secrets, each up to `bytesMax`.
 * What it left in `out` beyond its bound is not kept. Must run after the app's last process has ended.
 */
export async function redactKeptFiles(
  folders: ExecutionFolders,
  redact: Redactor,
  bytesMax: number,
): Promise<{ isOutKept: boolean }> {
  const out = await measureFolders([folders.out])
  const isOutKept = !('sentence' in out) && out.bytes <= diskLimits.outBytesMax
  if (!isOutKept) {
    await removeFolder(folders.out)
    mkdirSync(folders.out, { mode: 0o700 })
  }
  for (const name of [launch.messageFile, launch.resultsFile]) await removeFolder(join(folders.out, name))
  for (const [index, name] of readdirSync(folders.log).toSorted().entries()) {
    const path = join(folders.log, name)
    // Links, pipes and folders are no logs; what lies behind them is none of ours.
    if (index >= diskLimits.logFilesMax || !lstatSync(path).isFile()) await removeFolder(path)
    else await rewrite(path, redact, bytesMax)
  }
  return { isOutKept }
}

async function rewrite(path: string, redact: Redactor, bytesMax: number): Promise<void> {
  const beside = `${path}.redacted`
  await removeFolder(beside)
  const file = openSync(beside, 'wx', 0o600)
  try {
    const lines = new LineSplitter((line) => writeSync(file, `${redact(line)}\n`))
    for (let offset = 0; offset < bytesMax;) {
      const read = readAppFile(path, offset, Math.min(bytesAtOnceMax, bytesMax - offset))
      if (read === undefined || read.bytes.length === 0) break
      lines.write(read.bytes)
      offset += read.bytes.length
      // Heartbeats go on meanwhile.
      await setImmediate()
    }
    lines.end()
  } finally {
    closeSync(file)
  }
  renameSync(beside, path)
}

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { arch, cpus, totalmem, tmpdir } from 'node:os'
import { join } from 'node:path'
import { findBinaries } from '@postern/hub'
import * as z from 'zod'

/** What figures are figures of. */
export const Machine = z.strictObject({
  system: z.string(),
  cpu: z.string(),
  cores: z.int(),
  memoryGiB: z.number(),
  node: z.string(),
  postgresql: z.string(),
})
export type Machine = z.infer<typeof Machine>

export function thisMachine(): Machine {
  return {
    system: `${systemName()}, ${arch()}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    postgresql: postgresVersion(),
  }
}

function systemName(): string {
  return /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? process.platform
}

/** Of the programs that a hub here runs its own cluster with. */
function postgresVersion(): string {
  const links = mkdtempSync(join(tmpdir(), 'postern-bench-'))
  try {
    const binaries = findBinaries(links)
    if (binaries === undefined) throw new Error('There is no PostgreSQL that the hub could run.')
    const said = execFileSync(join(binaries.folder, 'postgres'), ['--version'], {
      encoding: 'utf8',
      env: { LD_LIBRARY_PATH: join(binaries.folder, '../lib') },
    })
    return `${/\d+(\.\d+)?/.exec(said)?.[0]} (${binaries.origin})`
  } finally {
    rmSync(links, { recursive: true })
  }
}

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Platform } from '@postern/protocol'

export type OtherRuntime = { platform: Platform; file: string; sha256: string; program: Buffer }

/** The Node.js of a platform that this machine is not, as Node.js publishes it, but for what is in its program. */
export function makeOtherRuntime(folder: string): OtherRuntime {
  const platform = process.arch === 'arm64' ? 'linux-x64' : 'linux-arm64'
  const top = `node-v24.21.0-${platform}`
  // An ELF file of 64 bits for EM_X86_64 or EM_AARCH64.
  const program = Buffer.alloc(64)
  program.write('\x7fELF\x02\x01', 'latin1')
  program.writeUInt16LE(platform === 'linux-x64' ? 62 : 183, 18)
  mkdirSync(join(folder, top, 'bin'), { recursive: true })
  writeFileSync(join(folder, top, 'bin/node'), program)
  writeFileSync(join(folder, top, 'LICENSE'), 'of Node.js\n')
  const file = join(folder, `${top}.tar.gz`)
  execFileSync('tar', ['-C', folder, '-czf', file, top])
  return { platform, file, sha256: createHash('sha256').update(readFileSync(file)).digest('hex'), program }
}

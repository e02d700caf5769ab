import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SpokenLines } from '../spoken-lines.ts'
import type { BrokerTls } from './enrol-fleet.ts'

/** The other side's broker, a process: fresh, with nobody connected. */
export type BareUnderTest = AsyncDisposable & { pid: number; port: number; socketPath: string }

const program = fileURLToPath(new URL('bare-broker.ts', import.meta.url))

export async function startBareBroker(tls: BrokerTls): Promise<BareUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-bare-'))
  const file = join(folder, 'tls.json')
  const socketPath = join(folder, 'broker.sock')
  writeFileSync(file, JSON.stringify(tls), { mode: 0o600 })
  const child = spawn(process.execPath, [program, file, socketPath], { stdio: ['ignore', 'pipe', 'pipe'], env: {} })
  const lines = new SpokenLines(child)
  const said = await lines.next('port ')
  if (child.pid === undefined) throw new Error('The bare broker has no process.')
  return {
    pid: child.pid,
    port: Number(said.split(' ')[1]),
    socketPath,
    async [Symbol.asyncDispose]() {
      await lines.end()
      rmSync(folder, { recursive: true })
    },
  }
}

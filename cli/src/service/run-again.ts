import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { childEnvironment } from '../config.ts'
import type { ServiceHome } from './service-home.ts'

/**
 * Runs a program of the checkout again, as the service user that this process has become, from where that user can read it.
 * What is loaded here already may lie where it cannot. Signals are passed on; the exit code is the program's.
 */
export async function runAgain(home: ServiceHome, program: string, args: readonly string[]): Promise<number> {
  const node = join(home.checkout, `node_modules/node-${process.platform}-${process.arch}/bin/node`)
  const child = spawn(node, [join(home.checkout, program), ...args], {
    stdio: 'inherit',
    cwd: home.dataFolder,
    env: { ...childEnvironment(home.dataFolder), HOME: home.dataFolder },
  })
  // A terminal's Ctrl-C reaches the child by itself as well; the programs run here take a second signal for the first (stopRequested).
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  return code ?? (signal === 'SIGINT' ? 130 : 1)
}

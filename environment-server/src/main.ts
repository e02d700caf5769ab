import { fileURLToPath } from 'node:url'
import { readConfig, usage } from './config.ts'
import { startEnvironmentServer } from './environment-server.ts'
import { errorText, lineLog } from './log/server-log.ts'
import { StartProblem } from './log/start-problem.ts'
import { serverVersion } from './version.ts'

/** From the start to the moment when what starting left behind is given back. */
const settledMs = 5000

/** The operator has to act; anything else that ends the process is a defect. */
const exitStartProblem = 2

try {
  await main()
} catch (error) {
  const known = error instanceof StartProblem
  process.stderr.write(known ? `${error.message}\n` : `The environment server failed: ${errorText(error)}\n`)
  if (!known && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`)
  process.exit(known ? exitStartProblem : 1)
}

async function main(): Promise<void> {
  const config = readConfig(process.argv.slice(2), process.env, fileURLToPath(import.meta.url))
  if (config.help) return void process.stdout.write(usage)
  if (config.version) return void process.stdout.write(`${serverVersion}\n`)
  // Nobody else reads what this process makes.
  process.umask(0o077)
  const log = lineLog((line) => process.stdout.write(line), config.verbose ? 'debug' : 'info')
  const server = await startEnvironmentServer({ home: config.home, password: config.password, log })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void server.stop())
  // Under a supervisor: it is told when the server works, and its end ends the server.
  process.on('disconnect', () => void server.stop())
  process.send?.({ ready: true })
  // run.sh lends the collector. Left to itself the heap keeps what starting made for hours, since an idle server makes little more.
  setTimeout(() => globalThis.gc?.({ type: 'major', flavor: 'last-resort', execution: 'sync' }), settledMs).unref()
  await server.ended
  process.exit(0)
}

/**
 * The other side of pick-up: `node graphile-process.ts DATABASE-URL`. A graphile-worker of one task, which says so on standard output
 * when it has a job, as our environment server does when it has a command.
 */
import { Logger, run } from 'graphile-worker'

const [, , connectionString = ''] = process.argv
const runner = await run({
  connectionString,
  concurrency: 1,
  noHandleSignals: true,
  logger: new Logger(() => () => {}),
  taskList: { pick: () => void process.stdout.write('picked\n') },
})
process.once('SIGTERM', () => void runner.stop().then(() => process.exit(0)))
process.stdout.write('ready\n')

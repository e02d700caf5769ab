import { aedCommand } from './command.ts'

const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())
process.once('SIGINT', () => stop.abort())
// A supervisor that was killed cannot send a signal; its closed channel says it.
process.once('disconnect', () => stop.abort())

try {
  await aedCommand.run(process.argv.slice(2), say, stop.signal)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  if (process.connected) process.disconnect()
}

function say(line: string): void {
  console.log(line)
  if (line === 'ready') process.send?.({ ready: true })
}

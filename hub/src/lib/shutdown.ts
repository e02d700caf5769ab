import { once } from 'node:events'

/** Settles when this process should end: SIGTERM, SIGINT, or a parent that is gone. */
export async function stopRequested(): Promise<void> {
  const reasons = [once(process, 'SIGTERM'), once(process, 'SIGINT')]
  // A supervisor that was killed cannot send a signal; its closed channel says it.
  if (process.send !== undefined) reasons.push(once(process, 'disconnect'))
  await Promise.race(reasons)
  if (process.connected) process.disconnect()
}

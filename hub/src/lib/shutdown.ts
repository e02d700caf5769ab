/**
 * Settles when this process should end: SIGTERM, SIGINT, or a parent that is gone. A signal that comes again, as when both a
 * terminal and a supervisor send it, does not cut the ending short.
 */
export async function stopRequested(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.on('SIGTERM', () => resolve())
    process.on('SIGINT', () => resolve())
    // A supervisor that was killed cannot send a signal; its closed channel says it.
    if (process.send !== undefined) process.once('disconnect', () => resolve())
  })
  if (process.connected) process.disconnect()
}

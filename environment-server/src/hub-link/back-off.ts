export type BackOffBounds = { firstMs: number; longestMs: number }

/** Between two tries to connect to the broker. */
export const connectionBackOff: BackOffBounds = { firstMs: 500, longestMs: 30_000 }

/**
 * How long to wait before try number `attempt` (from 0): doubled each time, bounded, and spread over its upper half, so that many
 * servers that lost the same hub do not come back in one instant.
 */
export function backOffMs(attempt: number, { firstMs, longestMs }: BackOffBounds, random = Math.random()): number {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 30))
  return full / 2 + (full / 2) * random
}

/** Waits, or returns at once when the signal is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (signal.aborted) return Promise.resolve()
  function end(): void {
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
    resolve()
  }
  const timer = setTimeout(end, ms)
  signal.addEventListener('abort', end)
  return promise
}

const firstDelayMs = 1000
const delayMsMax = 30_000

/**
 * Milliseconds until the next attempt after so many failures in a row: doubling from one second to half a minute, spread by
 * half, so that the browsers of a whole office do not come back in the same instant when a hub restarts.
 * @param spread a number from 0 to 1
 */
export function reconnectDelayMs(failures: number, spread: number): number {
  const delay = Math.min(firstDelayMs * 2 ** Math.min(failures, 10), delayMsMax)
  return Math.round(delay * (0.5 + spread / 2))
}

import { readFileSync } from 'node:fs'

/**
 * Milliseconds since boot, suspended time included (CLOCK_BOOTTIME, as /proc/uptime shows it, to 10 ms). A lease must not
 * grow longer because the machine slept, which Node's own monotonic clock does not notice.
 */
export function bootMs(): number {
  return Math.round(Number.parseFloat(readFileSync('/proc/uptime', 'latin1')) * 1000)
}

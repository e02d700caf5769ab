import { measured } from './measured.ts'

/** Set aside for the system itself, which is not measured. */
const systemMebibytes = 256
/** Logs of the server and its audit at their fullest, and what executions leave for a while. */
const leavingsMebibytes = 512

/** The app that took most beside the server, when the least was measured (ES-28). */
export const largestApp = measured.apps.reduce((largest, app) => (sumOf(app) > sumOf(largest) ? app : largest))

/** The least memory that a machine must have: the server unlocks its keychain, and runs the largest app, one at a time. */
export const leastMemoryMebibytes = roundedUp(
  Math.max(measured.server.unlocking, sumOf(largestApp)) + systemMebibytes,
  128,
)

/** The least that must be free on the disk: an upgrade is unpacked beside what runs. */
export const leastDiskMebibytes = roundedUp(
  2 * measured.disk.bundle +
    measured.disk.packages +
    measured.disk.journal +
    measured.disk.executions +
    leavingsMebibytes,
  1024,
)

function sumOf({ server, app }: { server: number; app: number }): number {
  return server + app
}

function roundedUp(mebibytes: number, step: number): number {
  return Math.ceil(mebibytes / step) * step
}

import { loadavg } from 'node:os'

/** Processes that ran or waited for a core, on average over the last minute. */
export function loadOfMinute(): number {
  return loadavg()[0] ?? 0
}

/** Whether more waited than there are cores: such figures stand for more than what was measured. */
export function isBusy(load: number, cores: number): boolean {
  return load > cores
}

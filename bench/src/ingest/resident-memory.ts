import { readFileSync } from 'node:fs'

/** Between two looks at how much memory a process holds. */
const lookEveryMs = 50

/** proc(5): VmRSS, in KiB; 1 MB is 1,000,000 bytes. */
export function residentMegabytes(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  if (kibibytes === undefined) throw new Error(`Process ${pid} has no resident memory.`)
  return (Number(kibibytes) * 1024) / 1_000_000
}

/** Does some work and says the most that the process held meanwhile. */
export async function peakMegabytes<Result>(
  pid: number,
  work: () => Promise<Result>,
): Promise<{ result: Result; peak: number }> {
  let peak = residentMegabytes(pid)
  const look = setInterval(() => (peak = Math.max(peak, residentMegabytes(pid))), lookEveryMs)
  try {
    return { result: await work(), peak }
  } finally {
    clearInterval(look)
  }
}

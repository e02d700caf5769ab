import { readFileSync } from 'node:fs'

const lookEveryMs = 10

/** Does some work and says how far the process's resident memory rose above what it was before, in 1,000,000 bytes. */
export async function watchMemory<Done>(
  pid: number,
  work: () => Promise<Done>,
): Promise<{ done: Done; risen: number }> {
  const before = residentMegabytes(pid)
  let most = before
  const timer = setInterval(() => (most = Math.max(most, residentMegabytes(pid))), lookEveryMs)
  try {
    return { done: await work(), risen: most - before }
  } finally {
    clearInterval(timer)
  }
}

/** proc(5): VmRSS, in KiB. */
export function residentMegabytes(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  if (kibibytes === undefined) throw new Error(`Process ${pid} has no resident memory.`)
  return (Number(kibibytes) * 1024) / 1_000_000
}

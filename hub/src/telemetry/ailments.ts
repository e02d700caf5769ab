import type { Telemetry } from '@postern/protocol'

/** Bounds beyond which a server that is online counts as unhealthy (D32). */
export const healthyBounds = {
  diskFreePercentMin: 5,
  memoryFreePercentMin: 5,
  queueWaitSecondsMax: 600,
  clockOffsetSecondsMax: 60,
} as const

/** What can be wrong with a server, by its own figures. */
const ailments = ['disk', 'memory', 'queue', 'clock'] as const
export type Ailment = (typeof ailments)[number]

/** What of a server's figures makes it unhealthy; nothing while it is well. */
export function ailmentsOf(said: Telemetry): Ailment[] {
  return ailments.filter((ailment) => sentenceOf(ailment, said) !== undefined)
}

/** The same for people, each with the figure and the bound. */
export function ailmentSentences(said: Telemetry): string[] {
  return ailments.map((ailment) => sentenceOf(ailment, said)).filter((sentence) => sentence !== undefined)
}

function sentenceOf(ailment: Ailment, said: Telemetry): string | undefined {
  const { diskFreePercentMin, memoryFreePercentMin, queueWaitSecondsMax, clockOffsetSecondsMax } = healthyBounds
  switch (ailment) {
    case 'disk': {
      const free = freePercent(said.diskFreeBytes, said.diskTotalBytes)
      return free < diskFreePercentMin
        ? `its disk has ${shown(free)} % left (below ${diskFreePercentMin} %)`
        : undefined
    }
    case 'memory': {
      const free = freePercent(said.memoryFreeBytes, said.memoryTotalBytes)
      return free < memoryFreePercentMin
        ? `its memory has ${shown(free)} % left (below ${memoryFreePercentMin} %)`
        : undefined
    }
    case 'queue':
      return said.queueWaitSeconds > queueWaitSecondsMax
        ? `its queue has kept an execution waiting for ${Math.floor(said.queueWaitSeconds / 60)} minutes (longer than ${queueWaitSecondsMax / 60})`
        : undefined
    case 'clock': {
      const offset = Math.abs(said.clockOffsetSeconds ?? 0)
      return offset > clockOffsetSecondsMax
        ? `its clock is ${Math.round(offset)} s off the hub's (more than ${clockOffsetSecondsMax} s)`
        : undefined
    }
  }
}

/** A machine that does not say how much there is in all is not judged by it. */
function freePercent(free: number, total: number): number {
  return total > 0 ? (100 * free) / total : 100
}

function shown(percent: number): string {
  return percent.toFixed(1)
}

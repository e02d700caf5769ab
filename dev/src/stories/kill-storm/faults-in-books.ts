import type { Attempt, Books } from './books.ts'

/** Everything that the books of a system at rest should not say, as sentences. None is right. */
export function faultsIn(books: Books): string[] {
  return [...openThings(books), ...unexplained(books), ...overlaps(books.attempts), ...logGaps(books)]
}

function openThings({ executions, attempts, batches, commandsOpen }: Books): string[] {
  return [
    ...executions.filter(({ open }) => open).map(({ id, state }) => `execution ${id} is still ${state}`),
    ...attempts.filter(({ finishedAt }) => finishedAt === null).map((each) => `${nameOf(each)} is still ${each.state}`),
    ...batches
      .filter(({ state }) => state !== 'completed' && state !== 'created')
      .map(({ id, state }) => `batch ${id} stays ${state}`),
    ...batches
      .filter(({ state, created, deleted }) => state === 'created' && created + deleted > 0)
      .map(({ id }) => `batch ${id} is not completed and has written`),
    ...(commandsOpen === 0 ? [] : [`${commandsOpen} commands are still to be acknowledged`]),
  ]
}

function unexplained({ executions, attempts }: Books): string[] {
  const ended = executions
    .filter(({ state, message }) => state !== 'succeeded' && message === '')
    .map(({ id, state }) => `execution ${id} is ${state} and says no reason`)
  const mistakes = executions
    .filter(({ message }) => /made a mistake|inside the hub|The hub failed at this/.test(message))
    .map(({ id, message }) => `execution ${id} met a defect: ${message}`)
  const lost = attempts
    .filter(({ state, reason }) => state !== 'finished' && (reason === null || reason === ''))
    .map((each) => `${nameOf(each)} is ${each.state} and says no reason`)
  return [...ended, ...mistakes, ...lost]
}

/** Executions of a job follow each other, and so do attempts of an execution, numbered from 1. */
function overlaps(attempts: readonly Attempt[]): string[] {
  const faults: string[] = []
  const ordered = attempts.toSorted((a, b) => a.dispatchedAt.getTime() - b.dispatchedAt.getTime())
  for (const [index, each] of ordered.entries()) {
    const next = ordered.slice(index + 1).find(({ jobId }) => jobId === each.jobId)
    if (next !== undefined && each.finishedAt !== null && next.dispatchedAt < each.finishedAt)
      faults.push(`${nameOf(next)} began before ${nameOf(each)} had ended`)
    const before = ordered.slice(0, index).filter(({ executionId }) => executionId === each.executionId).length
    if (each.number !== before + 1) faults.push(`${nameOf(each)} is number ${before + 1} of its execution`)
  }
  return faults
}

/** Every line that the environment server numbered is there once. */
function logGaps({ attempts, logs }: Books): string[] {
  return attempts.flatMap((each) => {
    if (each.logSeqLast === null) return []
    const { lines, last } = logs.get(`${each.executionId} ${each.number}`) ?? { lines: 0, last: 0 }
    if (lines === each.logSeqLast && last === each.logSeqLast) return []
    return [`the log of ${nameOf(each)} (${each.state}) has ${lines} lines up to ${last}, of ${each.logSeqLast}`]
  })
}

function nameOf({ executionId, number }: Attempt): string {
  return `attempt ${number} of execution ${executionId}`
}

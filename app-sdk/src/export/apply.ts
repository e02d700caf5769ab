import type { Logger } from '../launch/logger.ts'
import type { ExportControl, RefusedValue, Value } from './control.ts'
import type { Difference } from './difference.ts'
import type { ValueSet } from './value-set.ts'

/** How applying went, by the control's own answers; what it really holds is read back afterwards. */
export interface Applied {
  readonly added: number
  readonly removed: number
  readonly refused: readonly RefusedValue[]
  /** What broke it off, if something did. */
  readonly problem: Error | undefined
}

/** Refused values that are kept by name; all others are named by the read back. */
const refusedMax = 100_000

/** Takes out what must go, then puts in what must come: in this order a full control has room. */
/** @throws Error, before anything is written, where a rewrite would leave too much of the control empty for too long. */
export function assertRewritable(control: ExportControl, difference: Difference, desired: ValueSet): void {
  if (control.rewrite === undefined || difference.remove.count === 0 || desired.count <= control.rewrite.valuesMax)
    return
  throw new Error(
    `${desired.count} values are too many to clear and write anew (${control.rewrite.valuesMax} at most); nothing was changed. Choose another way to remove`,
  )
}

export async function applyDifference(
  control: ExportControl,
  difference: Difference,
  desired: ValueSet,
  log: Logger,
  signal: AbortSignal,
): Promise<Applied> {
  const refused: RefusedValue[] = []
  const done = { added: 0, removed: 0 }
  const isRewrite = control.rewrite !== undefined && difference.remove.count > 0
  const keep = (answers: readonly RefusedValue[]) => refused.push(...answers.slice(0, refusedMax - refused.length))
  try {
    if (isRewrite) {
      await control.rewrite?.clear()
      done.removed = difference.remove.count
      log.info('everything was cleared, to be written anew', { held: difference.remove.count })
    }
    for await (const values of isRewrite ? [] : batches(difference.remove, control.batchSize)) {
      signal.throwIfAborted()
      const answers = await control.remove(values)
      keep(answers)
      done.removed += values.length - answers.length
      log.info('values were taken out', { values: values.length, refused: answers.length })
    }
    for await (const values of batches(isRewrite ? desired : difference.add, control.batchSize)) {
      signal.throwIfAborted()
      const answers = await control.add(values)
      keep(answers)
      done.added += values.length - answers.length
      log.info('values were put in', { values: values.length, refused: answers.length })
    }
    // A rewrite puts back what was held before, too; that is no addition.
    if (isRewrite) done.added = Math.max(0, done.added - (desired.count - difference.add.count))
    return { ...done, refused, problem: undefined }
  } catch (error) {
    signal.throwIfAborted()
    const problem = error instanceof Error ? error : new Error(String(error))
    // What was lost on the way is not known here; the read back shows it.
    log.error(`applying broke off: ${problem.message}`)
    return { ...done, refused, problem }
  }
}

async function* batches(set: ValueSet, size: number): AsyncGenerator<readonly Value[]> {
  let pending: Value[] = []
  for await (const values of set.values()) {
    pending.push(...values)
    for (; pending.length >= size; pending = pending.slice(size)) yield pending.slice(0, size)
  }
  if (pending.length > 0) yield pending
}

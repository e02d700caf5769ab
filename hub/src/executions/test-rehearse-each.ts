import { afterAll, beforeEach } from 'vitest'
import { type Rehearsal, startRehearsal } from './rehearsal.ts'

/** Every test of a file has a rehearsal of its own. All are closed at the end: what one left running must not fail the next. */
export function rehearseEach(begin: (rehearsal: Rehearsal) => void): void {
  const opened: Rehearsal[] = []
  beforeEach(async () => {
    const rehearsal = await startRehearsal()
    opened.push(rehearsal)
    begin(rehearsal)
  })
  afterAll(async () => {
    for (const each of opened) await each.close()
  })
}

import type { LeftOutValue } from '@postern/protocol'
import { say } from '../say.ts'

/** The values behind counts of what is left out: type, value, reason and, of what is excluded, by what. */
export async function sayLeftOut(
  values: AsyncIterable<LeftOutValue>,
  { json = false }: { json?: boolean },
): Promise<void> {
  let count = 0
  for await (const value of values) {
    count += 1
    if (json) say.json(value)
    else say.row([value.type, value.value, value.reason, value.detail ?? ''])
  }
  if (count === 0) say.error('0 values left out')
}

import type { QueryHint } from '@postern/protocol'
import { say } from '../say.ts'

/** What a query says by mistake, probably: not among the rows, which a program may read. */
export function sayHints({ hints = [] }: { hints?: QueryHint[] | undefined }): void {
  for (const { message } of hints) say.error(message)
}

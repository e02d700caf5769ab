import { Problem } from '../lib/problem.ts'
import type { ItemOutcomes } from './ledger/item-outcomes.ts'

/** What a batch would write in part, or not at all, a person has not changed: they are told of it instead. @throws Problem `invalid` */
export function requireWhole({ notes }: ItemOutcomes): void {
  for (const { reason } of notes.values()) throw new Problem('invalid', `Nothing was changed. ${reason}`)
}

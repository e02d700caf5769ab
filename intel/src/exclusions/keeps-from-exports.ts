import type { JudgingList } from './compiled-exclusions.ts'

/** Whether a hit of this list keeps a value out of exports; protected ones always do (S1). */
export function keepsFromExports({ kind, mode, atExport }: Pick<JudgingList, 'kind' | 'mode' | 'atExport'>): boolean {
  return kind === 'protected' || (mode === 'block' && atExport)
}

import type { FieldProblems } from '../api/field-problems.ts'

/**
 * What is wrong with fields that have to be filled in and are not.
 * @param needed by the names of fields: what stands in each, and what to say where that is nothing
 */
export function leftEmpty(needed: Readonly<Record<string, readonly [text: string, sentence: string]>>): FieldProblems {
  const empty = Object.entries(needed).filter(([, [text]]) => text.trim() === '')
  return Object.fromEntries(empty.map(([name, [, sentence]]) => [name, sentence]))
}

import { mistakeAt } from '../../lib/mistakes.ts'
import { notValid, refusalCodes } from './refusal-codes.ts'

/** An item that was not taken, as its line in the ledger names it. */
export type RefusedItem = { type: string; summary: string; code: string; reason: string }

const kinds = { indicator: 'Indicator', group: 'Group' } as const

/** @param type as sent; where there was none, the reason speaks of the kind */
export function refused(
  kind: keyof typeof kinds,
  type: string,
  summary: string,
  why: string,
): { ok: false; refused: RefusedItem } {
  const reason = notValid(type === '' ? kinds[kind] : type, summary, why)
  return { ok: false, refused: { type, summary, code: refusalCodes[kind], reason } }
}

/** Text of an item that could not be read, for its line in the ledger. */
export function field(item: unknown, name: string): string {
  const value: unknown = typeof item === 'object' && item !== null ? Reflect.get(item, name) : undefined
  return typeof value === 'string' ? value : ''
}

export function firstIssue(issues: readonly { path: PropertyKey[]; message: string }[]): string {
  const issue = issues[0]
  if (issue === undefined) return 'It could not be read.'
  const whole = issue.path.length === 0 ? undefined : `The field ${issue.path.map(String).join('.')}`
  return mistakeAt('', issue.message, whole)
}

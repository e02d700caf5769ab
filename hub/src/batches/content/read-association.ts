import { canonicalise, indicatorId, parseGroupType, parseIndicatorType } from '@postern/intel'
import * as z from 'zod'
import { storable } from '../../database/storable.ts'
import { field, firstIssue, type RefusedItem } from './refused-item.ts'
import { notValid, refusalCodes } from './refusal-codes.ts'

/** One end of an association: an indicator's id, a group's xid, or a number that /api showed (which wins over a ref). */
export type LinkEnd =
  | { kind: 'indicator'; id: string }
  | { kind: 'indicator-number'; number: string }
  | { kind: 'group'; xid: string }
  | { kind: 'group-number'; number: string }

export type SentLink = { left: LinkEnd; right: LinkEnd; kind: string }
export type ReadAssociation =
  | { ok: true; type: string; summary: string; link: SentLink }
  | { ok: false; refused: RefusedItem }

const reference = z.union([z.string(), z.number()]).optional()
const Association = z.looseObject({
  ref_1: reference,
  id_1: reference,
  type_1: z.string().optional(),
  ref_2: reference,
  id_2: reference,
  type_2: z.string().optional(),
  associationType: z.string().max(200).optional(),
})

/** @param indicatorOfXid the indicators of this batch by the xid that they were sent with */
export function readAssociation(item: unknown, indicatorOfXid: ReadonlyMap<string, string>): ReadAssociation {
  const parsed = Association.safeParse(item)
  const summary = `${text(item, 'ref_1', 'id_1')} - ${text(item, 'ref_2', 'id_2')}`
  const type = field(item, 'associationType')
  if (!parsed.success) return refuse(type, summary, firstIssue(parsed.error.issues))
  const { ref_1, id_1, type_1, ref_2, id_2, type_2, associationType } = parsed.data
  const left = readEnd(ref_1, id_1, type_1, indicatorOfXid)
  const right = readEnd(ref_2, id_2, type_2, indicatorOfXid)
  if (left === undefined || right === undefined) {
    return refuse(
      type,
      summary,
      `Its ${left === undefined ? 'first' : 'second'} end names no group xid, no indicator of this batch and no number with a known type.`,
    )
  }
  return { ok: true, type, summary, link: { left, right, kind: storable(associationType ?? 'Associated') } }
}

function readEnd(
  ref: string | number | undefined,
  id: string | number | undefined,
  type: string | undefined,
  indicatorOfXid: ReadonlyMap<string, string>,
): LinkEnd | undefined {
  const indicatorType = type === undefined ? undefined : parseIndicatorType(type)
  if (id !== undefined && /^\d{1,18}$/.test(String(id))) {
    return { kind: indicatorType === undefined ? 'group-number' : 'indicator-number', number: String(id) }
  }
  if (ref === undefined) return undefined
  const xid = storable(String(ref))
  const known = indicatorOfXid.get(xid)
  if (known !== undefined) return { kind: 'indicator', id: known }
  if (indicatorType !== undefined) {
    const canonical = canonicalise(indicatorType, xid)
    return canonical.ok ? { kind: 'indicator', id: indicatorId(indicatorType, canonical.value) } : undefined
  }
  return type === undefined || parseGroupType(type) !== undefined ? { kind: 'group', xid } : undefined
}

function text(item: unknown, ...names: string[]): string {
  for (const name of names) {
    const value: unknown = typeof item === 'object' && item !== null ? Reflect.get(item, name) : undefined
    if (typeof value === 'string' || typeof value === 'number') return String(value)
  }
  return '?'
}

function refuse(type: string, summary: string, why: string): ReadAssociation {
  return {
    ok: false,
    refused: { type, summary, code: refusalCodes.association, reason: notValid('Association', summary, why) },
  }
}

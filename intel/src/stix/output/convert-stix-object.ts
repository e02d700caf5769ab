import { objectRule } from '../bundle/object-rules.ts'
import { validateObject } from '../bundle/validate-object.ts'
import type { StixSpecVersion } from '../tlp-marking.ts'
import { typeWords } from '../type-words.ts'
import { defaultLabel } from './stix-indicator-object.ts'
import type { StixOutputObject } from './stix-output.ts'

export type ConvertedObject =
  | { readonly ok: true; readonly object: StixOutputObject }
  | { readonly ok: false; readonly reason: string }

/**
 * An object of one version in the words of the other. What the other version has no type for, or demands and nobody said, is the
 * reason why it cannot go out.
 */
export function convertStixObject(
  object: StixOutputObject,
  from: StixSpecVersion,
  to: StixSpecVersion,
): ConvertedObject {
  if (from === to) return { ok: true, object }
  const isNamedInFrom = objectRule(object.type, from) !== undefined
  if (isNamedInFrom && objectRule(object.type, to) === undefined)
    return { ok: false, reason: `STIX ${to} has no type ${object.type}.` }
  const converted = to === '2.1' ? to21(object) : to20(object)
  if (typeof converted === 'string') return { ok: false, reason: converted }
  const checked = validateObject(converted, to)
  return checked.ok
    ? { ok: true, object: converted }
    : { ok: false, reason: `In STIX ${to} it would not be valid: ${checked.reason}` }
}

function to21(object: StixOutputObject): StixOutputObject {
  const { type, id, ...rest } = object
  return {
    type,
    spec_version: '2.1',
    id,
    ...rest,
    ...(type === 'indicator' ? { pattern_type: 'stix' } : {}),
    ...(type === 'malware' && rest['is_family'] === undefined ? { is_family: false } : {}),
  }
}

/** Properties of 2.1 stay as custom ones where 2.0 does not name them; readers of 2.0 pass over them. */
function to20(object: StixOutputObject): StixOutputObject | string {
  const { spec_version: _, pattern_type: language, ...rest } = object
  if (object.type === 'indicator' && language !== 'stix') return 'STIX 2.0 has no patterns but its own.'
  const words = typeWords.get(object.type)
  if (words === undefined || Array.isArray(rest['labels'])) return { ...rest, type: object.type, id: object.id }
  const labels = Array.isArray(object[words]) && object[words].length > 0 ? object[words] : [defaultLabel]
  return { ...rest, type: object.type, id: object.id, labels }
}

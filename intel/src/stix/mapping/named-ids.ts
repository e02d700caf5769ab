import { isStixObjectId, isStixType } from '../bundle/stix-object-id.ts'
import type { StixObject } from '../bundle/validate-object.ts'

/**
 * Ids of the objects that an object names, each once: its ends, what it is about, what it observed, whatever else a property of its own
 * whose name ends in `_ref` or `_refs` says (STIX 2.1, 2.9). Its author and its markings are none of them, nor is what an extension names.
 */
export function namedIds(object: StixObject): string[] {
  let ids: Set<string> | undefined
  for (const name of Object.keys(object)) {
    if (!name.endsWith('_ref') && !name.endsWith('_refs')) continue
    if (name === 'created_by_ref' || name === 'object_marking_refs') continue
    const said = object[name]
    for (const id of Array.isArray(said) ? (said as unknown[]) : [said])
      if (isStixObjectId(id) && isStixType(id.slice(0, -uuidLength - 2))) (ids ??= new Set()).add(id)
  }
  return ids === undefined ? [] : [...ids]
}

const uuidLength = 36

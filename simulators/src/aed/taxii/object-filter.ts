import { Refusal } from '../../http/refusal.ts'
import { sortableTimestamp } from '../stix/timestamp.ts'
import type { ObjectQuery } from '../store/object-store.ts'

const valuesMax = 100

/**
 * Reads the filters of TAXII 2.0 (3.5): `added_after`, `match[id]`, `match[type]`, `match[version]`.
 * One version of each object is held, so first, last and all are the same.
 * @throws Refusal 400 for a filter that cannot be read.
 */
export function readObjectFilter(query: URLSearchParams, withRevoked: boolean): ObjectQuery {
  const addedAfter = query.get('added_after')
  const ids = values(query, 'match[id]')
  const types = values(query, 'match[type]')
  const versions = values(query, 'match[version]')?.filter((version) => !['first', 'last', 'all'].includes(version))
  return {
    withRevoked,
    ...(addedAfter === null ? {} : { addedAfter: timestamp(addedAfter, 'added_after') }),
    ...(ids === undefined ? {} : { ids }),
    ...(types === undefined ? {} : { types }),
    ...(versions === undefined || versions.length === 0
      ? {}
      : { modified: versions.map((version) => timestamp(version, 'match[version]')) }),
  }
}

function values(query: URLSearchParams, field: string): string[] | undefined {
  const given = query.getAll(field)
  if (given.length === 0) return undefined
  if (given.length > 1) throw new Refusal(400, 'badFilter', `${field} stands more than once`, { field })
  const list = (given[0] ?? '').split(',').filter((value) => value !== '')
  if (list.length === 0 || list.length > valuesMax) {
    throw new Refusal(400, 'badFilter', `${field} takes 1 to ${valuesMax} values`, { field })
  }
  return list
}

function timestamp(text: string, field: string): string {
  const sortable = sortableTimestamp(text)
  if (sortable === undefined)
    throw new Refusal(400, 'badFilter', `${field} is not a timestamp: ${text.slice(0, 60)}`, { field })
  return sortable
}

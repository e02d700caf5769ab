import { TaxiiError } from './taxii-error.ts'
import { taxiiLimits } from './taxii-limits.ts'
import { readInstant } from './taxii-instant.ts'

/** What a client asks of a collection's objects (TAXII 2.1, 3.4). */
export type Filters = {
  /** Objects of an answer. */
  limit: number
  /** Number of the last object that the client has, from `next`. */
  after: string
  addedAfter: string | undefined
  ids: string[] | undefined
  types: string[] | undefined
  specVersions: string[] | undefined
  versions: VersionFilter
}

/** `all`, or whatever of these an object's version is. */
export type VersionFilter = 'all' | { first: boolean; last: boolean; exact: string[] }

/** Filters that an endpoint takes beside `added_after`, `limit` and `next`. */
export type MatchName = 'id' | 'type' | 'version' | 'spec_version'

type Query = Readonly<Record<string, unknown>>

/**
 * Reads the filters of a query. Parameters that the standard does not know are passed over, as HTTP has it; a `match` that this
 * endpoint does not know is refused, since passing it over would answer with more than was asked for.
 * @throws TaxiiError 400 that names the parameter
 */
export function readFilters(query: Query, names: readonly MatchName[]): Filters {
  for (const key of Object.keys(query)) {
    if (key.startsWith('match') && !names.some((name) => key === `match[${name}]`)) {
      throw refused(key, `is no filter of this address; there are ${names.map((name) => `match[${name}]`).join(', ')}`)
    }
  }
  return {
    limit: readLimit(query),
    after: readNext(query),
    addedAfter: readAddedAfter(query),
    ids: readList(query, 'match[id]'),
    types: readList(query, 'match[type]'),
    specVersions: readList(query, 'match[spec_version]'),
    versions: readVersions(query),
  }
}

function readLimit(query: Query): number {
  const text = readOne(query, 'limit')
  if (text === undefined) return taxiiLimits.pageObjectsDefault
  if (!/^0*[1-9]\d{0,15}$/.test(text)) throw refused('limit', 'is no whole number above zero')
  return Math.min(Number(text), taxiiLimits.pageObjectsMax)
}

function readNext(query: Query): string {
  const text = readOne(query, 'next')
  if (text === undefined) return '0'
  if (!/^\d{1,18}$/.test(text)) throw refused('next', 'is none that this server gave; begin again without it')
  return text
}

function readAddedAfter(query: Query): string | undefined {
  const text = readOne(query, 'added_after')
  if (text === undefined) return undefined
  const instant = readInstant(text)
  if (instant === undefined) throw refused('added_after', 'is no instant such as 2026-01-31T12:00:00.000000Z')
  return instant
}

function readVersions(query: Query): VersionFilter {
  const words = readList(query, 'match[version]')
  // 3.4.1: without the filter the latest version of each object.
  if (words === undefined) return { first: false, last: true, exact: [] }
  if (words.includes('all')) return 'all'
  const filter = { first: words.includes('first'), last: words.includes('last'), exact: [] as string[] }
  for (const word of words.filter((each) => each !== 'first' && each !== 'last')) {
    const instant = readInstant(word)
    if (instant === undefined)
      throw refused('match[version]', `: "${word.slice(0, 50)}" is not first, last, all or an instant`)
    filter.exact.push(instant)
  }
  return filter
}

function readList(query: Query, name: string): string[] | undefined {
  const text = readOne(query, name)
  if (text === undefined) return undefined
  const values = text.split(',', taxiiLimits.matchValuesMax + 1).map((value) => value.trim())
  if (values.length > taxiiLimits.matchValuesMax)
    throw refused(name, `has more than ${taxiiLimits.matchValuesMax} values`)
  if (values.includes('')) throw refused(name, 'has an empty value')
  return [...new Set(values)]
}

/** 3.4: values of one filter are joined by commas; the same parameter twice says two things. */
function readOne(query: Query, name: string): string | undefined {
  const value = query[name]
  if (value === undefined) return undefined
  if (typeof value !== 'string') throw refused(name, 'is there more than once; join its values by commas')
  if (value.length > taxiiLimits.matchLengthMax) throw refused(name, 'is too long')
  return value
}

function refused(name: string, what: string): TaxiiError {
  const described = what.startsWith(':') ? `${name}${what}.` : `${name.slice(0, 50)} ${what}.`
  return new TaxiiError(400, 'The request is not valid', described)
}

import {
  type IndicatorType,
  stix21Indicator,
  stixId,
  stixRevokedObject,
  type StixIndicatorSource,
  tlpLevels,
} from '@postern/intel'
import type { NewObject } from './append-objects.ts'

/** A value that may have to enter, change or leave. */
export type Candidate = {
  indicatorId: string
  type: IndicatorType
  value: string
  wanted: boolean
  rating: number | null
  confidence: number | null
  tlp: number | null
  tags: string[] | null
  firstSeen: Date | null
  lastSeen: Date | null
  expires: Date | null
  addedAt: Date | null
  modifiedAt: Date | null
  /** The object that the collection has of it, and how many there were before, each revoked. */
  body: string | null
  generations: number
}

/** What the collection has to say of a value that it has not said yet. */
export function valueObject(candidate: Candidate, now: Date): NewObject | undefined {
  // Our own text.
  const held = candidate.body === null ? undefined : (JSON.parse(candidate.body) as Held)
  if (!candidate.wanted || candidate.addedAt === null) {
    if (held === undefined || held.revoked === true) return undefined
    const modified = laterThan(held.modified, now)
    const said = stixRevokedObject({ ...held, specVersion: held.spec_version, modified })
    return newObject({ ...held, modified }, candidate, { isRevoked: true, body: JSON.stringify(said) })
  }
  if (held === undefined || held.revoked === true) return newObject(entering(candidate, now), candidate)
  const said = stix21Indicator({
    ...sourceOf(candidate, candidate.addedAt),
    id: held.id,
    created: new Date(held.created),
  })
  if (JSON.stringify({ ...said, modified: held.modified }) === candidate.body) return undefined
  return newObject({ ...said, modified: laterThan(held.modified, new Date(said.modified)) }, candidate)
}

type Held = {
  type: string
  spec_version: string
  id: string
  created: string
  modified: string
  revoked?: boolean
}

/** STIX 2.1, 3.6: an object that was revoked has no later version, so that a value that comes back is another object. */
function entering(candidate: Candidate, now: Date): Held {
  const { type, value, generations } = candidate
  if (generations === 0) return stix21Indicator(sourceOf(candidate, candidate.addedAt ?? now))
  const id = stixId('indicator', type, value, String(generations))
  return stix21Indicator({ ...sourceOf(candidate, now), id, modified: now })
}

function sourceOf(candidate: Candidate, created: Date): StixIndicatorSource {
  const { type, value, tlp, tags } = candidate
  return {
    type,
    value,
    created,
    modified: candidate.modifiedAt ?? created,
    firstSeen: candidate.firstSeen,
    lastSeen: candidate.lastSeen,
    expires: candidate.expires,
    tlp: tlp === null ? null : tlpLevels[tlp],
    confidence: candidate.confidence,
    rating: candidate.rating,
    tags: tags ?? [],
  }
}

/** Two versions of an object differ in `modified` (STIX 2.1, 3.6). */
export function laterThan(modified: string, wanted: Date): string {
  return new Date(Math.max(wanted.getTime(), new Date(modified).getTime() + 1)).toISOString()
}

function newObject(
  object: Held,
  { indicatorId }: Candidate,
  { isRevoked, body } = { isRevoked: false, body: JSON.stringify(object) },
): NewObject {
  return {
    objectId: object.id,
    type: object.type,
    specVersion: object.spec_version,
    version: object.modified,
    indicatorId,
    keptId: null,
    valueIds: null,
    namedIds: null,
    groupId: null,
    isRevoked,
    body,
  }
}

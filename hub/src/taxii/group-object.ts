import { stixGroupObject, stixId, type StixOutputObject, stixRevokedObject, tlpLevels } from '@postern/intel'
import { type GroupRow, groupSource } from '../stix/group-source.ts'
import { type ObjectEnd, objectIdsOf } from '../stix/object-end.ts'
import type { NewObject } from './append-objects.ts'
import { laterThan } from './value-object.ts'

/** A group that may have to enter, change or leave. */
export type GroupCandidate = GroupRow & {
  /** The group's, which may be gone: it is not wanted then, and its columns are null. */
  groupId: string
  wanted: boolean
  /** What it names, where it is a report. */
  named: ObjectEnd[] | null
  /** The last object that the collection has of it. */
  body: string | null
}

type Held = { type: string; spec_version: string; id: string; created: string; modified: string; revoked?: boolean }

/** `entering`: the group has no object yet that is in force, so that its id must be one that the collection never had. */
export type GroupObjects = { revoked?: NewObject; said?: NewObject; entering: boolean }

/**
 * What the collection has to say of a group that it has not said yet. A report that has something to name only now, or nothing any more, is
 * of another type, and so another object: the one before is revoked.
 * @param generation of the object that enters: STIX lets nothing follow a revocation under the same id (2.1, 3.6)
 */
export function groupObjects(candidate: GroupCandidate, now: Date, generation: number): GroupObjects {
  const { groupId, wanted, named, tlp, status, body } = candidate
  // Our own text.
  const last = body === null ? undefined : (JSON.parse(body) as Held)
  const held = last?.revoked === true ? undefined : last
  const source = wanted && status !== 'Revoked' ? groupSource(candidate) : undefined
  if (source === undefined)
    return { ...(held === undefined ? {} : { revoked: revocation(held, groupId, now) }), entering: false }
  const objectRefs = objectIdsOf(named ?? [], '2.1')
  const marked = { ...source, objectRefs, tlp: tlp === null ? null : (tlpLevels[tlp] ?? 'RED') }
  const said = stixGroupObject({ ...marked, ...(held === undefined ? {} : { created: new Date(held.created) }) }, '2.1')
  if (held !== undefined && said.type === held.type) {
    const same = { ...said, id: held.id, modified: held.modified }
    if (JSON.stringify(same) === body) return { entering: false }
    const changed = { ...same, modified: laterThan(held.modified, source.modified) }
    return { said: numbered(changed, groupId), entering: false }
  }
  const since = now.toISOString()
  const again =
    generation === 0 ? {} : { id: stixId(said.type, source.xid, String(generation)), created: since, modified: since }
  return {
    ...(held === undefined ? {} : { revoked: revocation(held, groupId, now) }),
    said: numbered({ ...said, ...again }, groupId),
    entering: true,
  }
}

function revocation(held: Held, groupId: string, now: Date): NewObject {
  const modified = laterThan(held.modified, now)
  return numbered(stixRevokedObject({ ...held, specVersion: held.spec_version, modified }), groupId)
}

/** A version of an object that the hub wrote. @param groupId of the group that it says */
export function numbered(object: StixOutputObject, groupId: string | null): NewObject {
  return {
    objectId: object.id,
    type: object.type,
    specVersion: '2.1',
    version: String(object['modified']),
    indicatorId: null,
    keptId: null,
    valueIds: null,
    namedIds: null,
    groupId,
    isRevoked: object['revoked'] === true,
    body: JSON.stringify(object),
  }
}

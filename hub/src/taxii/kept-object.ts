import { stixId, stixRevokedObject } from '@postern/intel'
import type { NewObject } from './append-objects.ts'
import { laterThan } from './value-object.ts'

/** The object as the owner has it now, and as the collection has it. */
export type KeptRow = {
  keptId: string
  type: string
  specVersion: string
  /** The newest version that the owner has; null where its text is gone. */
  version: string | null
  wanted: boolean
  /** Whether its text seems to say that its author revoked it. */
  mayBeRevoked: boolean
  /** Whether it is a sighting that names what goes out under another id now. */
  isReworded: boolean
  indicatorId: string | null
  valueIds: string[] | null
  groupId: string | null
  namedIds: string[] | null
  heldId: string | null
  heldVersion: string | null
  heldRevoked: boolean | null
  /** Ids that it went out by, the one now included. */
  generations: number
  bytes: number
}

/**
 * What a collection is to get of it: the text that the owner has, under an id of its own, or a revocation of what the collection has.
 * @returns undefined where the collection has that already, and for what STIX cannot take back
 */
export function keptObject(
  row: KeptRow,
  text: string | undefined,
  heldText: string | undefined,
  now: Date,
): NewObject | undefined {
  const {
    keptId,
    type,
    specVersion,
    version,
    heldId,
    heldVersion,
    indicatorId,
    valueIds,
    groupId,
    namedIds,
    generations,
  } = row
  // It was an object when it came in.
  const said = text === undefined ? undefined : (JSON.parse(text) as Record<string, unknown>)
  const isRevoked = row.mayBeRevoked && said?.['revoked'] === true
  const base = { type, specVersion, indicatorId, keptId, valueIds, groupId, namedIds }
  if (row.wanted && !isRevoked && said !== undefined && version !== null) {
    const returns = row.heldRevoked === true
    if (!returns && heldVersion !== null && version <= heldVersion) return undefined
    const id = generations === 0 ? keptId : (!returns && heldId) || stixId(type, keptId, String(generations))
    return {
      ...base,
      objectId: id,
      version,
      isRevoked: false,
      body: JSON.stringify({ ...said, id }),
    } satisfies NewObject
  }
  if (heldId === null || heldVersion === null || heldText === undefined || row.heldRevoked === true) return undefined
  const { created } = JSON.parse(heldText) as { created?: string }
  // Observables have no versions: STIX has no word for one that is taken back.
  if (created === undefined) return undefined
  const isItsOwn = isRevoked && version !== null && version > heldVersion
  const modified = isItsOwn ? String(said?.['modified']) : laterThan(heldVersion, now)
  const body = JSON.stringify(stixRevokedObject({ type, specVersion, id: heldId, created, modified }))
  return { ...base, objectId: heldId, version: modified, isRevoked: true, body } satisfies NewObject
}

import type { FileModes } from '@postern/intel'
import type { BatchConfig } from '@postern/protocol'
import { Problem } from '../lib/problem.ts'

/**
 * What a batch does with what is there already. Attributes: Append adds without looking for doubles, Replace puts the sent
 * ones in place of all, Singleton in place of those of the types sent, Static leaves what an existing item has.
 * A field that an item does not name is never touched; an empty list empties it.
 */
export type BatchModes = {
  action: 'Create' | 'Delete'
  attributes: 'Append' | 'Replace' | 'Singleton' | 'Static'
  tags: 'Append' | 'Replace'
  labels: 'Append' | 'Replace'
  /** What hashes do that this owner has in other files (D2). */
  files: FileModes
  /** Stops at the first item that is refused; what follows it is not processed. */
  haltOnError: boolean
}

/** Booleans come as strings (T6). @throws Problem `invalid` for a mode that there is not */
export function batchModes(config: BatchConfig): BatchModes {
  return {
    action: config.action,
    attributes: config.attributeWriteType ?? 'Replace',
    tags: config.tagWriteType ?? 'Replace',
    labels: config.securityLabelWriteType ?? 'Replace',
    files: {
      merge: oneOf('fileMergeMode', config.fileMergeMode, ['Merge', 'Distribute']),
      collision: oneOf('hashCollisionMode', config.hashCollisionMode, collisionModes),
    },
    haltOnError: String(config.haltOnError).toLowerCase() === 'true',
  }
}

const collisionModes = ['FavorIncoming', 'FavorExisting', 'IgnoreIncoming', 'IgnoreExisting', 'Split'] as const

/** In any case; the first where nothing was said. */
function oneOf<Mode extends string>(name: string, sent: string | undefined, modes: readonly [Mode, ...Mode[]]): Mode {
  if (sent === undefined || sent === '') return modes[0]
  const mode = modes.find((each) => each.toLowerCase() === sent.toLowerCase())
  if (mode === undefined)
    throw new Problem('invalid', `${name}: there is no mode ${sent}; write one of ${modes.join(', ')}.`)
  return mode
}

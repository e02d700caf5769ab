import type { BatchConfig } from '@postern/protocol'

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
  /** Stops at the first item that is refused; what follows it is not processed. */
  haltOnError: boolean
}

/** Booleans come as strings (T6). */
export function batchModes(config: BatchConfig): BatchModes {
  return {
    action: config.action,
    attributes: config.attributeWriteType ?? 'Replace',
    tags: config.tagWriteType ?? 'Replace',
    labels: config.securityLabelWriteType ?? 'Replace',
    haltOnError: String(config.haltOnError).toLowerCase() === 'true',
  }
}

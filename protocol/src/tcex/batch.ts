import * as z from 'zod/mini'

/**
 * ThreatConnect's V2 batch in the wire shape of TcEx 2, 3 and 4. `POST /api/v2/batch/createAndUpload` is
 * multipart/form-data with the parts `config` and `content`, both JSON text with a filename and no content type.
 * Booleans arrive as strings. Sources: TcEx 4.0.10, module batch; the platform's batch API guide.
 */
export const BatchConfig = z.looseObject({
  action: z.enum(['Create', 'Delete']),
  owner: z.string(),
  attributeWriteType: z.optional(z.enum(['Append', 'Replace', 'Singleton', 'Static'])),
  tagWriteType: z.optional(z.enum(['Append', 'Replace'])),
  securityLabelWriteType: z.optional(z.enum(['Append', 'Replace'])),
  haltOnError: z.optional(z.union([z.string(), z.boolean()])),
  playbookTriggersEnabled: z.optional(z.union([z.string(), z.boolean()])),
  version: z.optional(z.string()),
  hashCollisionMode: z.optional(z.string()),
  fileMergeMode: z.optional(z.string()),
})
export type BatchConfig = z.infer<typeof BatchConfig>

/** Settings of a batch by which an owner adds to what it says already: nothing is taken away by it. @param owner its name */
export function addingBatch(owner: string): BatchConfig {
  return {
    action: 'Create',
    owner,
    attributeWriteType: 'Append',
    tagWriteType: 'Append',
    securityLabelWriteType: 'Append',
    haltOnError: 'false',
    version: 'V2',
  }
}

export const BatchAttribute = z.looseObject({
  type: z.string(),
  /** Real apps send numbers and booleans too. */
  value: z.union([z.string(), z.number(), z.boolean()]),
  displayed: z.optional(z.boolean()),
  source: z.optional(z.string()),
})
export type BatchAttribute = z.infer<typeof BatchAttribute>

export const BatchTag = z.looseObject({ name: z.string() })
export const BatchSecurityLabel = z.looseObject({ name: z.string() })

/** `summary` is the value; Files may give `md5`, `sha1`, `sha256` instead. Identity is owner, type and value, never xid. */
export const BatchIndicator = z.looseObject({
  type: z.string(),
  summary: z.optional(z.string()),
  xid: z.optional(z.string()),
  rating: z.optional(z.number()),
  confidence: z.optional(z.number()),
  active: z.optional(z.boolean()),
  privateFlag: z.optional(z.boolean()),
  firstSeen: z.optional(z.string()),
  lastSeen: z.optional(z.string()),
  externalDateExpires: z.optional(z.string()),
  attribute: z.optional(z.array(BatchAttribute)),
  tag: z.optional(z.array(BatchTag)),
  securityLabel: z.optional(z.array(BatchSecurityLabel)),
  associatedGroups: z.optional(z.array(z.looseObject({ groupXid: z.string() }))),
  md5: z.optional(z.string()),
  sha1: z.optional(z.string()),
  sha256: z.optional(z.string()),
})
export type BatchIndicator = z.infer<typeof BatchIndicator>

/** Identity is owner and xid. */
export const BatchGroup = z.looseObject({
  type: z.string(),
  name: z.string(),
  xid: z.string(),
  eventDate: z.optional(z.string()),
  status: z.optional(z.string()),
  attribute: z.optional(z.array(BatchAttribute)),
  tag: z.optional(z.array(BatchTag)),
  securityLabel: z.optional(z.array(BatchSecurityLabel)),
  associatedGroupXid: z.optional(z.array(z.string())),
})
export type BatchGroup = z.infer<typeof BatchGroup>

/** Content of a batch; the hub reads each item on its own, so that one bad item never stops the others. */
export const BatchContent = z.looseObject({
  group: z.optional(z.array(z.unknown())),
  indicator: z.optional(z.array(z.unknown())),
  association: z.optional(z.array(z.unknown())),
})
export type BatchContent = z.infer<typeof BatchContent>

/** With `id`: poll it. Without: this is the final result (saves TcEx a 15 s wait). */
export const BatchStatus = z.object({
  id: z.optional(z.int()),
  status: z.enum(['Created', 'Queued', 'Running', 'Completed']),
  errorCount: z.optional(z.int()),
  successCount: z.optional(z.int()),
  unprocessCount: z.optional(z.int()),
  successGroupCount: z.optional(z.int()),
  errorGroupCount: z.optional(z.int()),
  successIndicatorCount: z.optional(z.int()),
  errorIndicatorCount: z.optional(z.int()),
})
export type BatchStatus = z.infer<typeof BatchStatus>

export const BatchAnswer = z.object({
  status: z.literal('Success'),
  data: z.object({
    batchStatus: BatchStatus,
    /** Ours: also there when the status has no id, so that `/api/v2/batch/{id}/errors` can be asked for the reasons. */
    batchId: z.optional(z.int()),
  }),
})
export type BatchAnswer = z.infer<typeof BatchAnswer>

/** One row of `GET /api/v2/batch/{id}/errors`, in ThreatConnect's wording: `<Type> <value> is not valid. <why>`. */
export const BatchError = z.object({ errorReason: z.string(), errorSource: z.string() })
export type BatchError = z.infer<typeof BatchError>

/** One type of `GET /api/v2/types/indicatorTypes`; the flags are strings. */
export const IndicatorTypeEntry = z.object({
  name: z.string(),
  custom: z.enum(['true', 'false']),
  parsable: z.enum(['true', 'false']),
  apiBranch: z.string(),
  apiEntity: z.string(),
  casePreference: z.optional(z.string()),
  value1Label: z.optional(z.string()),
  value1Type: z.optional(z.string()),
  value2Label: z.optional(z.string()),
  value2Type: z.optional(z.string()),
  value3Label: z.optional(z.string()),
  value3Type: z.optional(z.string()),
})
export type IndicatorTypeEntry = z.infer<typeof IndicatorTypeEntry>

export const IndicatorTypesAnswer = z.object({
  status: z.literal('Success'),
  data: z.object({ resultCount: z.int(), indicatorType: z.array(IndicatorTypeEntry) }),
})
export type IndicatorTypesAnswer = z.infer<typeof IndicatorTypesAnswer>

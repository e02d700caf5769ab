import { parseGroupType, parseIndicatorType, canonicalise, indicatorId, type GroupType } from '@postern/intel'
import { BatchGroup } from '@postern/protocol'
import { storable } from '../../database/storable.ts'
import {
  FieldError,
  itemLimits,
  readDetail,
  readInstant,
  readStated,
  readXids,
  type Stated,
} from './read-common-fields.ts'
import { field, firstIssue, refused, type RefusedItem } from './refused-item.ts'

/** One group of a batch as it was understood; its identity is the owner and `xid`. */
export type SentGroup = Stated & {
  type: GroupType
  name: string
  xid: string
  status: string | null
  eventDate: string | null
  publishDate: string | null
  groupXids: string[]
  /** Ids of indicators that the group names. */
  indicatorIds: string[]
  detail: Record<string, unknown> | null
}

export type ReadGroup = { ok: true; summary: string; group: SentGroup } | { ok: false; refused: RefusedItem }

const nameCharactersMax = 500

export function readGroup(item: unknown): ReadGroup {
  const parsed = BatchGroup.safeParse(item)
  if (!parsed.success)
    return refused('group', field(item, 'type'), field(item, 'name'), firstIssue(parsed.error.issues))
  const sent = parsed.data
  const type = parseGroupType(sent.type)
  if (type === undefined) return refused('group', sent.type, sent.name, 'There is no group type of this name.')
  try {
    return { ok: true, summary: sent.name, group: readFields(type, sent) }
  } catch (error) {
    if (error instanceof FieldError) return refused('group', type, sent.name, error.message)
    throw error
  }
}

function readFields(type: GroupType, sent: BatchGroup): SentGroup {
  const xid = storable(sent.xid)
  const name = storable(sent.name.trim())
  if (xid === '' || xid.length > itemLimits.xidCharactersMax)
    throw new FieldError(
      `The field xid has ${xid.length} characters; 1 to ${itemLimits.xidCharactersMax} are permitted.`,
    )
  if (name === '' || name.length > nameCharactersMax)
    throw new FieldError(`The field name has ${name.length} characters; 1 to ${nameCharactersMax} are permitted.`)
  return {
    ...readStated(sent),
    type,
    name,
    xid,
    status: sent.status === undefined ? null : storable(sent.status),
    eventDate: readInstant(sent.eventDate, 'eventDate'),
    publishDate: readInstant(sent['publishDate'], 'publishDate'),
    groupXids: readXids(sent.associatedGroupXid),
    indicatorIds: readIndicatorIds(sent['associatedIndicators']),
    detail: readDetail(sent, detailFields, detailCharactersMax),
  }
}

function readIndicatorIds(sent: unknown): string[] {
  if (sent === undefined || sent === null) return []
  if (!Array.isArray(sent) || sent.length > indicatorsMax)
    throw new FieldError(`The field associatedIndicators is a list of at most ${indicatorsMax} entries.`)
  return sent.flatMap((entry: unknown) => {
    const type = parseIndicatorType(field(entry, 'indicatorType'))
    if (type === undefined)
      throw new FieldError('The field associatedIndicators has an entry without a known indicatorType.')
    return indicatorIdsOf(type, field(entry, 'summary'))
  })
}

/** Ids of what a summary names: one, or for a File one for each of its hashes. */
function indicatorIdsOf(type: NonNullable<ReturnType<typeof parseIndicatorType>>, summary: string): string[] {
  const raws = type === 'File' ? summary.split(':').slice(0, 3) : [summary]
  return raws.map((raw) => {
    const canonical = canonicalise(type, raw)
    if (!canonical.ok) throw new FieldError(`The field associatedIndicators names a ${type}: ${canonical.message}`)
    return indicatorId(type, canonical.value)
  })
}

const indicatorsMax = 10_000

const detailFields = [
  'externalDateAdded',
  'externalDateExpires',
  'externalLastModified',
  'eventType',
  'fileName',
  'fileText',
  'fileType',
  'malware',
  'subject',
  'header',
  'body',
  'from',
  'to',
  'score',
  'description',
  'source',
  'insights',
  'aiProvider',
] as const

const detailCharactersMax = 1_000_000

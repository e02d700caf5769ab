import { isIPv4 } from 'node:net'

import { readSimpleStixPattern } from '@postern/intel'

import type { AedDialect } from '../dialect.ts'
import { sortableTimestamp } from './timestamp.ts'

/** What the appliance keeps of one object. */
export interface StixRow {
  readonly stixId: string
  readonly type: string
  /** Sortable. */
  readonly modified: string
  readonly revoked: boolean
  readonly kind: HeldKind | null
  readonly value: string | null
  readonly json: string
}

/** The three kinds of value an appliance acts on, by the STIX path of their pattern. */
export const heldKinds = ['ipv4-addr', 'domain-name', 'url'] as const
export type HeldKind = (typeof heldKinds)[number]

export type Verdict =
  | { readonly kind: 'take'; readonly row: StixRow }
  /** No use for it: a failure or forgotten, as the dialect says. */
  | { readonly kind: 'unsupported'; readonly stixId: string; readonly message: string }
  | { readonly kind: 'invalid'; readonly stixId: string; readonly message: string }

/** Types the appliance takes (training notes of the vendor, unit 7), with what STIX 2.0 demands of each. */
const demandedTexts: Readonly<Record<string, readonly string[]>> = {
  'attack-pattern': ['name'],
  indicator: ['pattern'],
  malware: ['name'],
  tool: ['name'],
  relationship: ['relationship_type', 'source_ref', 'target_ref'],
}
const labelled = ['indicator', 'malware', 'tool']

const uuids = {
  v4: /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  any: /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
}
const shownLengthMax = 120

/** Decides about one object of a bundle by itself, before what is stored is looked at. */
export function judgeObject(
  candidate: unknown,
  position: number,
  dialect: Pick<AedDialect, 'uuids' | 'cidr'>,
): Verdict {
  if (typeof candidate !== 'object' || candidate === null || Array.isArray(candidate)) {
    return { kind: 'invalid', stixId: `object ${position}`, message: 'not an object' }
  }
  const object = candidate as Record<string, unknown>
  const { type, id } = object
  const stixId = typeof id === 'string' && id !== '' ? id.slice(0, shownLengthMax) : `object ${position}`
  const invalid = (message: string): Verdict => ({ kind: 'invalid', stixId, message })
  if (typeof type !== 'string') return invalid('type is missing')
  const texts = Object.hasOwn(demandedTexts, type) ? demandedTexts[type] : undefined
  if (texts === undefined) {
    return {
      kind: 'unsupported',
      stixId,
      message: `objects of type ${type.slice(0, shownLengthMax)} are not supported`,
    }
  }
  if (!isStixId(id, type, dialect.uuids))
    return invalid(`id is not ${type}-- followed by a ${dialect.uuids === 'v4' ? 'version 4 ' : ''}UUID`)
  if ('spec_version' in object)
    return invalid('spec_version on an object means STIX 2.1; this appliance reads STIX 2.0')
  const created = sortableTimestamp(object['created'])
  const modified = sortableTimestamp(object['modified'])
  if (created === undefined) return invalid('created is not a timestamp')
  if (modified === undefined) return invalid('modified is not a timestamp')
  if (modified < created) return invalid('modified is before created')
  const revoked = object['revoked'] ?? false
  if (typeof revoked !== 'boolean') return invalid('revoked is neither true nor false')
  for (const text of texts) {
    if (typeof object[text] !== 'string' || object[text] === '') return invalid(`${text} is missing`)
  }
  if (labelled.includes(type) && !isListOfTexts(object['labels']))
    return invalid('labels must be a list of at least one text')
  const row = { stixId: id, type, modified, revoked, json: JSON.stringify(object) }
  if (type !== 'indicator') return { kind: 'take', row: { ...row, kind: null, value: null } }

  if (sortableTimestamp(object['valid_from']) === undefined) return invalid('valid_from is not a timestamp')
  const held = readHeldValue(String(object['pattern']), dialect)
  if (held === undefined) {
    return {
      kind: 'unsupported',
      stixId,
      message: 'pattern is not one comparison with = of ipv4-addr:value, domain-name:value or url:value',
    }
  }
  return { kind: 'take', row: { ...row, ...held } }
}

function isStixId(id: unknown, type: string, uuidsTaken: AedDialect['uuids']): id is string {
  return typeof id === 'string' && id.startsWith(`${type}--`) && uuids[uuidsTaken].test(id.slice(type.length + 2))
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string' && item !== '')
}

function readHeldValue(
  pattern: string,
  dialect: Pick<AedDialect, 'cidr'>,
): { kind: HeldKind; value: string } | undefined {
  const read = readSimpleStixPattern(pattern)
  if (read === undefined) return undefined
  const { type, value } = read
  if (!heldKinds.some((kind) => pattern.includes(`${kind}:value`))) return undefined
  if (type === 'Host') return { kind: 'domain-name', value }
  if (type === 'URL') return { kind: 'url', value }
  if (type === 'Address' && isIPv4(value)) return { kind: 'ipv4-addr', value }
  if (type === 'CIDR' && dialect.cidr === 'taken' && isIPv4(value.split('/')[0] ?? ''))
    return { kind: 'ipv4-addr', value }
  return undefined
}

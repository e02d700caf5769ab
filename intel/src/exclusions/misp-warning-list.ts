import { type IndicatorType } from '../indicators/indicator-types.ts'
import type { ExclusionMatching } from './exclusion-rule.ts'

/** A warning list as MISP publishes it (misp-warninglists, `lists/<name>/list.json`, `schema.json`), its entries not read yet. */
export interface MispWarningList {
  readonly name: string
  readonly version: number
  readonly description: string | null
  readonly matching: Exclude<ExclusionMatching, 'value'>
  /** Null where it names no attributes, and so judges all. */
  readonly types: readonly IndicatorType[] | null
  readonly entries: readonly unknown[]
}

export type ReadMispWarningList =
  | { readonly ok: true; readonly list: MispWarningList }
  | { readonly ok: false; readonly reason: string }

/** MISP's attribute types and the indicator types that their values become here. Of composite ones both halves count. */
const typesOfAttribute: Readonly<Record<string, readonly IndicatorType[]>> = {
  ip: ['Address', 'CIDR'],
  'ip-src': ['Address', 'CIDR'],
  'ip-dst': ['Address', 'CIDR'],
  domain: ['Host'],
  hostname: ['Host'],
  url: ['URL'],
  uri: ['URL'],
  link: ['URL'],
  email: ['EmailAddress'],
  'email-src': ['EmailAddress'],
  'email-dst': ['EmailAddress'],
  'email-reply-to': ['EmailAddress'],
  'target-email': ['EmailAddress'],
  'whois-registrant-email': ['EmailAddress'],
  'dns-soa-email': ['EmailAddress'],
  eppn: ['EmailAddress'],
  'email-subject': ['Email Subject'],
  md5: ['File'],
  sha1: ['File'],
  sha256: ['File'],
  AS: ['ASN'],
  mutex: ['Mutex'],
  regkey: ['Registry Key'],
  'user-agent': ['User Agent'],
}

/** @param content parsed JSON from a stranger */
export function readMispWarningList(content: unknown): ReadMispWarningList {
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    return refuse('A warning list is a JSON object with name, type and list.')
  const { name, version, description, type, list, matching_attributes: attributes } = content as Record<string, unknown>
  if (typeof name !== 'string' || name.trim() === '') return refuse('The list has no name.')
  if (name.length > nameLengthMax)
    return refuse(`The list's name has ${name.length} characters; ${nameLengthMax} are permitted.`)
  const matching = matchings.find((each) => each === type)
  if (matching === undefined)
    return refuse(
      `The list ${type === undefined ? 'has no type' : `is of type ${shown(type)}`}; it is one of ${matchings.join(', ')}.`,
    )
  if (!Array.isArray(list)) return refuse('The field list is not a list of entries.')
  if (attributes !== undefined && !Array.isArray(attributes))
    return refuse('The field matching_attributes is not a list of attribute types.')
  const types = readTypes(attributes as unknown[] | undefined)
  if (types?.length === 0)
    return refuse(
      `None of its matching_attributes becomes an indicator here: ${shown((attributes as unknown[]).join(', '))}.`,
    )
  return {
    ok: true,
    list: {
      name: name.trim(),
      version: readVersion(version),
      description: typeof description === 'string' ? description.slice(0, descriptionLengthMax) : null,
      matching,
      types,
      entries: list,
    },
  }
}

function readTypes(attributes: readonly unknown[] | undefined): IndicatorType[] | null {
  if (attributes === undefined || attributes.length === 0) return null
  const types = new Set<IndicatorType>()
  for (const attribute of attributes) {
    if (typeof attribute !== 'string') continue
    if (attribute === 'ALL') return null
    for (const half of attribute.split('|'))
      if (Object.hasOwn(typesOfAttribute, half)) for (const type of typesOfAttribute[half]!) types.add(type)
  }
  return [...types]
}

/** MISP's are dates or counters; some are texts of one. */
function readVersion(version: unknown): number {
  const number = typeof version === 'string' ? Number(version) : version
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : 0
}

const matchings = ['string', 'substring', 'hostname', 'cidr', 'regex'] as const
const nameLengthMax = 200
const descriptionLengthMax = 2000

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : String(JSON.stringify(value))
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

function refuse(reason: string): ReadMispWarningList {
  return { ok: false, reason }
}

import { parseIndicatorType, stix20Indicator, stixId } from '@postern/app-sdk'
import type { Stix20Indicator, Value } from '@postern/app-sdk'

/**
 * `created` of every object that we post. STIX 2.0 (part 1, 3.1) demands that it never changes with the versions of an object,
 * and no appliance has to tell us the one it holds; a constant needs no telling.
 */
const created = new Date('2026-01-01T00:00:00.000Z')

export interface IndicatorVersion {
  readonly labels: readonly string[]
  /** Two versions of one object differ in it; later wins. */
  readonly modified: Date
  readonly revoked?: boolean
  /** Which id of the value: 0 is the usual one. A further one is needed where an appliance never takes a revoked id again. */
  readonly generation?: number
  /** The id under which the appliance holds the value, where it is not one of ours. */
  readonly id?: string
}

/** The STIX 2.0 indicator of a value. The same value and generation always give the same id (D6). */
export function indicatorOf([typeName, value]: Value, version: IndicatorVersion): Stix20Indicator {
  const type = parseIndicatorType(typeName)
  if (type === undefined) throw new Error(`${typeName} is no indicator type`)
  const indicator = stix20Indicator({
    type,
    value,
    created,
    modified: version.modified,
    labels: version.labels,
    id: isIndicatorId(version.id) ? version.id : idOf([typeName, value], version.generation ?? 0),
    name: value.slice(0, 200),
    ...(version.revoked === true ? { revoked: true } : {}),
  })
  if (indicator === undefined) throw new Error(`STIX has no simple pattern for ${typeName} ${value}`)
  return indicator
}

/** The id of a value's indicator. */
export function idOf([type, value]: Value, generation: number): `indicator--${string}` {
  return generation === 0
    ? stixId('indicator', type, value)
    : stixId('indicator', type, value, `generation ${generation}`)
}

/** Puts objects into groups whose bundles stay below a number of bytes, in their order. */
export function fitted<T extends object>(objects: readonly T[], bytesMax: number): T[][] {
  const groups: T[][] = []
  let bytes = bytesMax
  for (const object of objects) {
    const objectBytes = Buffer.byteLength(JSON.stringify(object)) + 1
    if (bytes + objectBytes > bytesMax - envelopeBytes) {
      groups.push([])
      bytes = 0
    }
    groups.at(-1)?.push(object)
    bytes += objectBytes
  }
  return groups
}

/** A bundle around its objects: type, id, spec_version and brackets. */
const envelopeBytes = 200

function isIndicatorId(id: string | undefined): id is `indicator--${string}` {
  return id?.startsWith('indicator--') === true
}

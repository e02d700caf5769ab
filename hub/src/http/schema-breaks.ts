/** A JSON Schema as OpenAPI 3.1 has it, read without trust in its shape. */
export type Schema = { [keyword: string]: unknown }
/** What is sent to the hub must be taken as before; what comes from it must hold as before. */
export type Direction = 'request' | 'response'

/** What in a schema was removed or narrowed (D17), each as a sentence that begins with the place. Additions are none. */
export function schemaBreaks(before: Schema, after: Schema, place: string, direction: Direction): string[] {
  if (isSame(before, after)) return []
  const alternatives = [alternativesOf(before), alternativesOf(after)] as const
  if (alternatives[0].length > 1 || alternatives[1].length > 1) {
    return alternativeBreaks(alternatives[0], alternatives[1], place, direction)
  }
  return [
    ...typeBreaks(before, after, place, direction),
    ...enumBreaks(before, after, place, direction),
    ...(direction === 'request' ? boundBreaks(before, after, place) : []),
    ...propertyBreaks(before, after, place, direction),
    ...elementBreaks(before, after, place, direction),
  ]
}

/** Sent: each alternative of before is still one. Received: no alternative is new. */
function alternativeBreaks(before: Schema[], after: Schema[], place: string, direction: Direction): string[] {
  const [each, among] = direction === 'request' ? [before, after] : [after, before]
  const lost = each.filter(
    (one) =>
      !among.some((other) => {
        const [old, now] = direction === 'request' ? [one, other] : [other, one]
        return schemaBreaks(old, now, place, direction).length === 0
      }),
  )
  return lost.map((one) => `${place}: an alternative changed: ${JSON.stringify(one).slice(0, 200)}`)
}

function typeBreaks(before: Schema, after: Schema, place: string, direction: Direction): string[] {
  const [old, now] = [typesOf(before), typesOf(after)]
  const [each, among] = direction === 'request' ? [old, now] : [now, old]
  if (among === undefined || (each?.every((type) => among.includes(type)) ?? false)) return []
  return [`${place}: the type was ${old?.join(' or ') ?? 'any'} and is ${now?.join(' or ') ?? 'any'}`]
}

function typesOf({ type }: Schema): string[] | undefined {
  if (type === undefined) return undefined
  const types = (Array.isArray(type) ? type : [type]).map(String)
  // Every integer is a number.
  return types.includes('number') ? [...types, 'integer'] : types
}

function enumBreaks(before: Schema, after: Schema, place: string, direction: Direction): string[] {
  const [old, now] = [valuesOf(before), valuesOf(after)]
  if (old === undefined) {
    return now !== undefined && direction === 'request' ? [`${place}: only some values are taken now`] : []
  }
  const gone = now === undefined ? [] : old.filter((value) => !now.includes(value))
  return gone.map((value) => `${place}: the value ${value} is gone`)
}

function valuesOf(schema: Schema): string[] | undefined {
  if (Array.isArray(schema['enum'])) return schema['enum'].map((value) => JSON.stringify(value))
  return 'const' in schema ? [JSON.stringify(schema['const'])] : undefined
}

const lowerBounds = ['minLength', 'minimum', 'exclusiveMinimum', 'minItems', 'minProperties']
const upperBounds = ['maxLength', 'maximum', 'exclusiveMaximum', 'maxItems', 'maxProperties']

function boundBreaks(before: Schema, after: Schema, place: string): string[] {
  const tighter = [
    ...lowerBounds.filter((name) => Number(after[name] ?? -Infinity) > Number(before[name] ?? -Infinity)),
    ...upperBounds.filter((name) => Number(after[name] ?? Infinity) < Number(before[name] ?? Infinity)),
    ...['pattern', 'format'].filter((name) => name in after && after[name] !== before[name]),
  ]
  if (before['additionalProperties'] !== false && after['additionalProperties'] === false) {
    tighter.push('additionalProperties')
  }
  return tighter.map((name) => `${place}: ${name} was narrowed`)
}

function propertyBreaks(before: Schema, after: Schema, place: string, direction: Direction): string[] {
  const [old, now] = [objectAt(before, 'properties'), objectAt(after, 'properties')]
  const [wanted, wants] = [requiredOf(before), requiredOf(after)]
  const breaks = Object.entries(old).flatMap(([name, schema]) => {
    const there = now[name]
    return there === undefined
      ? [`${place}.${name}: is gone`]
      : schemaBreaks(schema as Schema, there as Schema, `${place}.${name}`, direction)
  })
  const changed =
    direction === 'request'
      ? wants.filter((name) => !wanted.includes(name)).map((name) => `${place}.${name}: is required now`)
      : wanted
          .filter((name) => name in now && !wants.includes(name))
          .map((name) => `${place}.${name}: is not always there now`)
  return [...breaks, ...changed]
}

function elementBreaks(before: Schema, after: Schema, place: string, direction: Direction): string[] {
  const breaks: string[] = []
  for (const name of ['items', 'additionalProperties']) {
    const [old, now] = [before[name], after[name]]
    if (isSchema(old) && isSchema(now)) breaks.push(...schemaBreaks(old, now, `${place}[]`, direction))
  }
  const [old, now] = [before['prefixItems'], after['prefixItems']]
  if (!Array.isArray(old) || !Array.isArray(now)) return breaks
  if (now.length !== old.length) return [...breaks, `${place}: has another number of elements`]
  return [
    ...breaks,
    ...old.flatMap((schema, index) => schemaBreaks(schema, now[index], `${place}[${index}]`, direction)),
  ]
}

function alternativesOf(schema: Schema): Schema[] {
  const alternatives = schema['anyOf'] ?? schema['oneOf']
  return Array.isArray(alternatives) ? alternatives : [schema]
}

function requiredOf({ required }: Schema): string[] {
  return Array.isArray(required) ? required.map(String) : []
}

function objectAt(schema: Schema, name: string): Schema {
  const found = schema[name]
  return isSchema(found) ? found : {}
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isSame(before: Schema, after: Schema): boolean {
  return JSON.stringify(before) === JSON.stringify(after)
}

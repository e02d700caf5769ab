/**
 * The part of the Reflect Metadata proposal that `@peculiar/x509` needs of its host (through tsyringe, which refuses to
 * load without it). Import it before that package. A fuller implementation that is already there is left alone.
 */
const metadata = new WeakMap<object, Map<unknown, unknown>>()

function getOwnMetadata(key: unknown, target: object): unknown {
  return metadata.get(target)?.get(key)
}

function getMetadata(key: unknown, target: object): unknown {
  const own = getOwnMetadata(key, target)
  const parent: unknown = Object.getPrototypeOf(target)
  if (own !== undefined || parent === null || (typeof parent !== 'object' && typeof parent !== 'function')) return own
  return getMetadata(key, parent as object)
}

function defineMetadata(key: unknown, value: unknown, target: object): void {
  const own = metadata.get(target) ?? new Map<unknown, unknown>()
  own.set(key, value)
  metadata.set(target, own)
}

if (!('getMetadata' in Reflect)) Object.assign(Reflect, { getMetadata, getOwnMetadata, defineMetadata })

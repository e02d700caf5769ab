import { TaxiiError } from './taxii-error.ts'

/**
 * The envelope of a POST (3.7) as a bundle: it has the same `objects`, and lacks the type. On bytes, since the objects are read where
 * bundles are, in a worker thread; a first sign that is none of an envelope is refused here.
 * @throws TaxiiError 400
 */
export function bundleOf(envelope: Buffer): Uint8Array {
  const open = skipSpace(envelope, 0)
  if (envelope[open] !== brace) throw notAnEnvelope('it begins with no brace')
  const isEmpty = envelope[skipSpace(envelope, open + 1)] === closingBrace
  if (isEmpty) throw new TaxiiError(422, 'The objects cannot be taken', 'The envelope has no objects.')
  return Buffer.concat([start, envelope.subarray(open + 1)])
}

/** @param why after a colon */
export function notAnEnvelope(why: string): TaxiiError {
  return new TaxiiError(
    400,
    'This is not a TAXII envelope',
    `This is not a TAXII envelope: ${why}. Send {"objects": […]}.`,
  )
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from
  while (at < bytes.length && (bytes[at] === 0x20 || bytes[at] === 0x09 || bytes[at] === 0x0a || bytes[at] === 0x0d))
    at++
  return at
}

const start = Buffer.from('{"type":"bundle",')
/** Characters by which the bundle is longer than the envelope. */
export const addedToEnvelope = start.length - 1
const brace = 0x7b
const closingBrace = 0x7d

import { Refusal } from '../../http/refusal.ts'
import { readAccept, readMediaType } from '../../http/media-type.ts'
import type { Answer, Call } from '../../http/router.ts'
import type { AedDialect } from '../dialect.ts'

/** TAXII 2.0, 1.6.8: the media types of its own resources and of STIX content. */
export const taxiiType = 'application/vnd.oasis.taxii+json; version=2.0'
export const stixType = 'application/vnd.oasis.stix+json; version=2.0'
type TaxiiMediaType = typeof taxiiType | typeof stixType

/** @throws Refusal 406 when the client would not understand an answer of this type. */
export function requireAccept(call: Call, type: TaxiiMediaType, dialect: Pick<AedDialect, 'accept'>): void {
  const header = call.request.headers.accept
  if (header === undefined) {
    if (dialect.accept === 'lenient') return
    throw new Refusal(406, 'notAcceptable', `send Accept: ${type}`)
  }
  const wanted = bare(type)
  const isTaken = readAccept(header).some((range) => {
    if (range.type === '*/*' || range.type === 'application/*') return dialect.accept === 'lenient'
    // Without a version the newest is meant, which here is the only one.
    return range.type === wanted && (range.parameters['version'] ?? '2.0') === '2.0'
  })
  if (!isTaken) throw new Refusal(406, 'notAcceptable', `Accept ${header} does not name ${type}`)
}

/** @throws Refusal 415 when the body is not announced as STIX 2.0. */
export function requireStixBody(call: Call): void {
  const header = call.request.headers['content-type'] ?? ''
  const given = readMediaType(header)
  if (given?.type === bare(stixType) && (given.parameters['version'] ?? '2.0') === '2.0') return
  throw new Refusal(415, 'unsupportedMediaType', `Content-Type ${header || '(none)'} is not ${stixType}`)
}

export function taxiiAnswer(status: number, resource: unknown, headers: Record<string, string> = {}): Answer {
  return { status, headers: { ...headers, 'content-type': taxiiType }, body: JSON.stringify(resource) }
}

function bare(type: TaxiiMediaType): string {
  return type.slice(0, type.indexOf(';'))
}

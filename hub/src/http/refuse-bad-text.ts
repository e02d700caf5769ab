import type { FastifyRequest } from 'fastify'
import type { CallerKind } from '../access/caller.ts'
import { Problem } from '../lib/problem.ts'
import { httpLimits } from './http-limits.ts'

/**
 * They pass on what others wrote: a wrong character in an app's last words must not keep its execution from ending. It becomes
 * U+FFFD, as in log lines and batches.
 */
const passOn: readonly CallerKind[] = ['execution', 'environment-server']

/**
 * Refuses text that PostgreSQL cannot hold, NUL and half characters (surrogates without their other half), wherever it stands in
 * a request, and bodies that are nested too deep. Runs before the route's own schema.
 */
export async function refuseBadText(request: FastifyRequest): Promise<void> {
  checkTexts(request.params, 'the path', 1)
  checkTexts(request.query, 'the query', 1)
  const mends = passOn.includes(request.caller.kind)
  request.body = checked(request.body, '', 0, mends)
}

/** The same for JSON that a route read by itself. */
export function refuseBadTextIn(value: unknown): void {
  checked(value, '', 0, false)
}

function checkTexts(value: unknown, place: string, depth: number): void {
  if (typeof value !== 'object' || value === null) return
  for (const each of Object.values(value)) checked(each, place, depth, false)
}

/** The value with its texts as they may be stored. Buffers and streams are none of ours. */
function checked(value: unknown, place: string, depth: number, mends: boolean): unknown {
  if (typeof value === 'string') {
    if (isStorable(value)) return value
    if (mends) return value.toWellFormed().replaceAll('\0', '\ufffd')
    throw new Problem('invalid', `${place === '' ? 'The body' : place}: holds a NUL or half a character; leave it out.`)
  }
  if (!isJson(value)) return value
  if (depth >= httpLimits.jsonDepthMax)
    throw new Problem('invalid', `The body is nested deeper than ${httpLimits.jsonDepthMax} levels.`)
  for (const [key, each] of Object.entries(value)) {
    if (!isStorable(key)) throw new Problem('invalid', 'A field name holds a NUL or half a character; leave it out.')
    const inside = place === '' ? key : `${place}.${key}`
    const stored = checked(each, inside, depth + 1, mends)
    if (stored !== each) (value as Record<string, unknown>)[key] = stored
  }
  return value
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}

function isJson(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || Array.isArray(value)
}

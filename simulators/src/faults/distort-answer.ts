import { createHash } from 'node:crypto'

import type { Answer } from '../http/router.ts'
import type { FaultName } from './fault-rule.ts'

/** Keys under which the simulators' answers list things. */
const listKeys = ['objects', 'collections', 'alerts', 'clients']
type Distorted = Extract<FaultName, 'duplicate' | 'truncate' | 'reorder' | 'ten-fold-answer'>
const inventedPerItem = 9

/**
 * What a fault makes of an answer that was right. Headers stay as they were, so they claim what the body no longer holds.
 * An answer that lists nothing is left as it is, or padded where it should be ten times its size.
 */
export function distortAnswer(answer: Answer, fault: Distorted): Answer {
  const body = readObject(answer.body)
  if (body === undefined) return answer
  const key = listKeys.find((candidate) => Array.isArray(body[candidate]))
  if (key === undefined) return fault === 'ten-fold-answer' ? padded(answer, body) : answer
  // Array.isArray has just said so.
  const items = body[key] as unknown[]
  return { ...answer, body: JSON.stringify({ ...body, [key]: distortions[fault](items) }) }
}

const distortions: Readonly<Record<Distorted, (items: readonly unknown[]) => unknown[]>> = {
  duplicate: (items) => items.flatMap((item) => [item, item]),
  truncate: (items) => items.slice(0, Math.floor(items.length / 2)),
  reorder: (items) => items.toReversed(),
  'ten-fold-answer': (items) =>
    items.flatMap((item) => [item, ...Array.from({ length: inventedPerItem }, (_, index) => invented(item, index))]),
}

function padded(answer: Answer, body: Readonly<Record<string, unknown>>): Answer {
  const padding = 'x'.repeat((answer.body ?? '').length * inventedPerItem)
  return { ...answer, body: JSON.stringify({ ...body, padding }) }
}

/** Something like the item that nobody ever stored: other ids, another value. The same item invents the same things again. */
function invented(item: unknown, index: number): unknown {
  if (typeof item !== 'object' || item === null) return item
  const text = JSON.stringify(item)
  const digest = createHash('sha256').update(`${index} ${text}`).digest('hex')
  const copy: Record<string, unknown> = { ...item }
  const uuid = `${digest.slice(0, 8)}-${digest.slice(8, 12)}-4${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`
  for (const key of ['id', 'uuid']) {
    const id = copy[key]
    if (typeof id === 'string') copy[key] = id.replace(/[0-9a-f-]{36}$/, uuid)
    if (typeof id === 'number') copy[key] = id + (index + 1) * 1_000_000
  }
  const name = `invented-${digest.slice(0, 12)}.example.net`
  if ('pattern' in copy) copy['pattern'] = `[domain-name:value = '${name}']`
  if ('indicatorType' in copy) Object.assign(copy, { indicatorType: 'domain-name', value: name })
  for (const key of ['title', 'name']) if (key in copy) copy[key] = `${String(copy[key])} (${index + 2})`
  return copy
}

/** JSON that answers nothing: parts that were not asked for, other types, a depth beyond reason, a text broken off. */
export function nonsenseAnswer(answer: Answer, draw: () => number): Answer {
  const bodies = [
    '{}',
    '[]',
    'null',
    '42',
    '"nothing"',
    '{"objects":"none","collections":{},"id":7,"status":["done"],"type":null}',
    '{"weather":"fine","wind":"none"}',
    `${'[{"a":'.repeat(200)}1${'}]'.repeat(200)}`,
    '{"type":"bundle","id":"bundle--',
  ]
  const body = bodies[Math.floor(draw() * bodies.length)] ?? '{}'
  return { ...answer, status: answer.status === 204 ? 200 : answer.status, body }
}

function readObject(text: string | undefined): Record<string, unknown> | undefined {
  try {
    const read: unknown = JSON.parse(text ?? '')
    return typeof read === 'object' && read !== null && !Array.isArray(read)
      ? (read as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

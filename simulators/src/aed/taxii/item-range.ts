import { Refusal } from '../../http/refusal.ts'

/** Items answered at once, whatever is asked; a client pages on with Range (TAXII 2.0, 3.4). */
export const itemsPerAnswerMax = 1_000

/** First item and number of items to answer. */
export interface ItemWindow {
  readonly offset: number
  readonly limit: number
}

/**
 * Reads `Range: items 0-49`, both ends inclusive (`items=0-49` as RFC 9110 writes ranges is read too).
 * Another unit is ignored, as RFC 9110 (14.2) has it.
 * @throws Refusal 416 for a range that is unreadable or begins behind the last item.
 */
export function readItemRange(header: string | undefined, total: number): ItemWindow | undefined {
  if (header === undefined || !/^items\b/i.test(header.trim())) return undefined
  const [, first, last] = /^items[ =](\d{1,9})-(\d{0,9})$/i.exec(header.trim()) ?? []
  const offset = Number(first)
  const end = last === '' || last === undefined ? Number.POSITIVE_INFINITY : Number(last)
  if (first === undefined || end < offset || offset >= total) {
    throw new Refusal(416, 'rangeNotSatisfiable', `the range ${header} cannot be answered; there are ${total} items`, {
      headers: { 'content-range': `items */${total}` },
    })
  }
  return { offset, limit: Math.min(end - offset + 1, itemsPerAnswerMax, total - offset) }
}

/** Status and headers for the items answered: 206 whenever that is not plainly all of them. */
export function rangeReply(
  window: ItemWindow | undefined,
  given: number,
  total: number,
): { status: number; headers: Record<string, string> } {
  const headers: Record<string, string> = { 'accept-ranges': 'items' }
  if (window === undefined && given === total) return { status: 200, headers }
  const offset = window?.offset ?? 0
  headers['content-range'] = `items ${offset}-${offset + given - 1}/${total}`
  return { status: 206, headers }
}

import type { IncomingMessage } from 'node:http'

/** How often a request is sent again that the hub put off; with its own time to wait for another batch, some five minutes. */
export const putOffMax = 12
/** The longest wait before it. */
const waitMsMax = 30_000

/** By a 503 with Retry-After a hub says that it did nothing yet and when to come again (RFC 9110, 10.2.3). @returns undefined if it said no such thing */
export function putOffMs({ statusCode, headers }: Pick<IncomingMessage, 'statusCode' | 'headers'>): number | undefined {
  const seconds = headers['retry-after']
  if (statusCode !== 503 || seconds === undefined || !/^\d+$/.test(seconds)) return undefined
  return Math.min(Number(seconds) * 1000, waitMsMax)
}

import { Problem } from './problem.ts'

/** What others hold up mostly goes on a few seconds later. */
const retryAfterSeconds = 5

/**
 * For what others hold up at the moment and of which nothing was done: whoever sent it may send it again by itself, by Retry-After (RFC 9110,
 * 10.2.3). Nothing for what a person has to mend first, such as a full disk.
 */
export function putOff(message: string, options?: ErrorOptions): Problem {
  return new Problem('unavailable', message, { ...options, retryAfterSeconds })
}

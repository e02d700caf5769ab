import type { ProblemCode } from '@postern/protocol'

/**
 * An outcome that a caller can act on. The message is for the person at the other end: what was wrong, what to do.
 * Only `http/problem-reply.ts` knows which HTTP status a code becomes.
 */
export class Problem extends Error {
  readonly code: ProblemCode
  /** Where in a text that was sent the mistake is: offset in UTF-16 units. */
  readonly position: number | undefined
  /** When the very same may be sent again without anybody mending anything; @see put-off.ts. */
  readonly retryAfterSeconds: number | undefined

  constructor(
    code: ProblemCode,
    message: string,
    options?: ErrorOptions & { position?: number; retryAfterSeconds?: number },
  ) {
    super(message, options)
    this.name = 'Problem'
    this.code = code
    this.position = options?.position
    this.retryAfterSeconds = options?.retryAfterSeconds
  }
}

/** The found thing, or `not-found` in words that do not tell whether it exists for others. */
export function found<T>(thing: T | undefined, what: string): T {
  if (thing === undefined) throw new Problem('not-found', `There is no such ${what}, or you may not see it.`)
  return thing
}

import type { ProblemCode } from '@postern/protocol'

/**
 * An outcome that a caller can act on. The message is for the person at the other end: what was wrong, what to do.
 * Only `http/problem-reply.ts` knows which HTTP status a code becomes.
 */
export class Problem extends Error {
  readonly code: ProblemCode

  constructor(code: ProblemCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'Problem'
    this.code = code
  }
}

/** The found thing, or `not-found` in words that do not tell whether it exists for others. */
export function found<T>(thing: T | undefined, what: string): T {
  if (thing === undefined) throw new Problem('not-found', `There is no such ${what}, or you may not see it.`)
  return thing
}

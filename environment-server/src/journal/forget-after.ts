import type { SignedCommand } from '@postern/protocol'

const dayMs = 24 * 60 * 60 * 1000

/** Until when a command has to be known, so that none is done twice: epoch milliseconds by the hub's time, as `now` is. */
export function forgetAfter({ notAfter }: Pick<SignedCommand, 'notAfter'>, now: number): number {
  return Math.max(Date.parse(notAfter), now) + dayMs
}

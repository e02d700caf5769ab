import { consolePages } from '@postern/protocol'
import { isLocalPath } from '../safe-href.ts'

/**
 * Where to go after signing in, as `?from=` asks. Anybody can write such a link, so only paths of this console count,
 * and never the sign-in page itself.
 */
export function returnPath(from: unknown): string | undefined {
  if (typeof from !== 'string' || !isLocalPath(from)) return undefined
  return from === consolePages.signIn || from.startsWith(`${consolePages.signIn}?`) ? undefined : from
}

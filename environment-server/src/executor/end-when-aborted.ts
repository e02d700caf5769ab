import { limits } from '@postern/protocol'
import type { AppUser } from '../sandbox/app-user.ts'
import { killTree, terminateApp } from './end-processes.ts'
import { EndRequest } from './end-request.ts'

/** How soon an app that was not there yet is asked to end. */
const terminateAgainMs = 50

/** SIGTERM when asked to, SIGKILL after the grace period, or at once where a limit was passed. The first request counts. */
export function endWhenAborted(signal: AbortSignal, rootPid: number, scaffoldDepth: number, user?: AppUser) {
  let request: EndRequest | undefined
  let again: NodeJS.Timeout | undefined
  let kill: NodeJS.Timeout | undefined
  function terminate(): void {
    if (!terminateApp(rootPid, scaffoldDepth, user)) again = setTimeout(terminate, terminateAgainMs)
  }
  function end(): void {
    const { reason } = signal
    request = reason instanceof EndRequest ? reason : new EndRequest('interrupted', 'The environment server stopped.')
    // Who takes more than it may is not given five seconds more to take it in.
    if (request.outcome === 'limit') return killTree(rootPid, user)
    terminate()
    kill = setTimeout(() => killTree(rootPid, user), limits.terminationGraceSeconds * 1000)
  }
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })
  return {
    request: () => request,
    stop: () => {
      clearTimeout(again)
      clearTimeout(kill)
      signal.removeEventListener('abort', end)
    },
  }
}

import type { AttemptResult } from '@postern/protocol'

/** What a server says at `at` of an app that began then and ended well, but for the changes. */
export function exitedAt(at: Date, changes: Partial<AttemptResult> = {}): AttemptResult {
  return {
    outcome: 'exited',
    exitCode: 0,
    message: '',
    results: {},
    tier: 'isolated',
    startedAt: at.toISOString(),
    finishedAt: at.toISOString(),
    usage: null,
    logSeqLast: 0,
    ...changes,
  }
}

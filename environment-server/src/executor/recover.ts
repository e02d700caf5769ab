import { Command, launch } from '@postern/protocol'
import { join } from 'node:path'
import * as z from 'zod/mini'
import type { Journal } from '../journal/journal.ts'
import type { ServerLog } from '../log/server-log.ts'
import { type AppUser, clearUpAfter } from '../sandbox/app-user.ts'
import { endScaffolds, killLeftover } from './end-processes.ts'
import { removeAttempt } from './execution-folders.ts'
import { signWritten } from './sign-written.ts'
import type { Executor } from './executor.ts'

/**
 * After a start: what was running is over (its processes are ended if any are left) and is reported as interrupted, since nobody
 * knows how far it came; what was queued is queued again. Results that were not delivered are in the journal as they were.
 */
export async function recover(
  journal: Journal,
  executor: Executor,
  jobsFolder: string,
  users: readonly AppUser[],
  server: { serverXid: string; tlsPrivateKey: string },
  log: ServerLog,
): Promise<void> {
  const scaffolds = endScaffolds(jobsFolder)
  if (scaffolds > 0) log('warn', `${scaffolds} processes that the last run left while it started apps were ended.`)
  for (const held of journal.held()) {
    const { executionId, attempt } = held
    if (held.state === 'running') {
      if (held.process && killLeftover(held.process))
        log('warn', `Execution ${executionId}: processes left by the last run were ended.`)
      // Its secrets went with the last run, so what it wrote cannot be redacted; what it logged is spooled.
      // Which of the users the app ran as is not written down; what was closed by one is opened by that one alone.
      const left = join(jobsFolder, executionId, String(attempt))
      for (const user of users) await clearUpAfter(user, [left])
      const outcome = 'interrupted'
      const signedAttempt = { serverXid: server.serverXid, executionId, attempt, outcome }
      const { signature } = signWritten(join(left, launch.folders.out), signedAttempt, server.tlsPrivateKey)
      await removeAttempt(jobsFolder, executionId, attempt)
      journal.finish(held, {
        outcome,
        exitCode: null,
        message: 'The environment server ended while the app ran; the app was ended with it.',
        results: {},
        tier: held.tier ?? null,
        startedAt: held.startedAt ?? null,
        finishedAt: new Date().toISOString(),
        usage: null,
        logSeqLast: held.logSeqLast,
        ...(signature ? { signature } : {}),
      })
      log('warn', `Execution ${executionId}, attempt ${attempt}: interrupted by the end of the environment server.`)
    }
    if (held.state === 'queued') {
      const command = z.parse(Command, JSON.parse(held.body))
      if (command.kind === 'execute') executor.add(command)
    }
  }
}

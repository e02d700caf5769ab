import type { ConfigureCommand, NarrowPolicyCommand } from '@postern/protocol'
import type { ServerLog } from '../log/server-log.ts'
import type { WriteAudit } from '../policy/local-audit.ts'
import type { ConfigureJournal } from './configure-journal.ts'
import { forgetAfter } from './forget-after.ts'

export type AnswerParts = {
  configures: ConfigureJournal
  log: ServerLog
  audit: WriteAudit
  /** There is something to tell the hub. */
  onAnswer: () => void
}

/**
 * Does a command about this server itself once, and answers it each time that it comes.
 * @param now epoch milliseconds by the hub's clock @param refusedAs begins the sentence in the log that says why it is refused
 * @param act does it, and says that it is applied; or says why it is refused
 */
export function answerOnce(
  { configures, log, audit, onAnswer }: AnswerParts,
  command: ConfigureCommand | NarrowPolicyCommand,
  now: number,
  refusedAs: string,
  act: (applied: () => void) => string | undefined,
): void {
  const { commandId, kind } = command
  if (configures.has(command)) {
    configures.answerAgain(command)
    return onAnswer()
  }
  const until = forgetAfter(command, now)
  const why = act(() => configures.answer({ commandId, outcome: 'applied', detail: '' }, until))
  if (why !== undefined) {
    configures.answer({ commandId, outcome: 'refused', detail: why }, until)
    log('warn', `${refusedAs}: ${why}`)
    audit({ event: 'refused', why, kind, commandId })
  }
  onAnswer()
}

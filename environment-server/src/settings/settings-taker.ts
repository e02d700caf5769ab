import type { ConfigureCommand } from '@postern/protocol'
import { readSettings, type Settings } from '../home/settings.ts'
import type { OpenedHome } from '../home/open-home.ts'
import type { ConfigureJournal } from '../journal/configure-journal.ts'
import type { ServerLog } from '../log/server-log.ts'
import type { WriteAudit } from '../policy/local-audit.ts'
import type { PolicyInForce } from '../policy/policy-in-force.ts'
import { takeHubSettings } from './take-hub-settings.ts'

const dayMs = 24 * 60 * 60 * 1000

export type SettingsTakerParts = {
  opened: Pick<OpenedHome, 'home' | 'settings'>
  policy: Pick<PolicyInForce, 'settings'>
  configures: ConfigureJournal
  log: ServerLog
  audit: WriteAudit
  /** New values are in `opened.settings`. */
  onTaken: () => void
  /** There is something to tell the hub. */
  onAnswer: () => void
}

/**
 * Does configure commands (D31), which have passed the gate's signature, address and shape. A crash between writing and journaling
 * means that the same values are written again; what is journaled is never done again.
 */
export class SettingsTaker {
  readonly #parts: SettingsTakerParts

  constructor(parts: SettingsTakerParts) {
    this.#parts = parts
  }

  /** @param refusal why the gate refuses it @param now epoch milliseconds by the hub's clock */
  take(command: ConfigureCommand, refusal: string | undefined, now: number): void {
    const { opened, policy, configures, log, audit, onTaken, onAnswer } = this.#parts
    if (configures.has(command)) {
      configures.answerAgain(command)
      return onAnswer()
    }
    const problem = refusal ?? takeHubSettings(opened.home, policy, command)
    const names = Object.keys(command.settings).join(', ')
    configures.answer(
      { commandId: command.commandId, outcome: problem === undefined ? 'applied' : 'refused', detail: problem ?? '' },
      Math.max(Date.parse(command.notAfter), now) + dayMs,
    )
    if (problem === undefined) {
      log('info', `The hub has set ${names}.`)
      replaceSettings(opened.settings, readSettings(opened.home))
      onTaken()
    } else {
      log('warn', `The hub may not set ${names}: ${problem}`)
      audit({ event: 'refused', why: problem, kind: command.kind, commandId: command.commandId })
    }
    onAnswer()
  }
}

/** In place: parts that read a setting each time they need it see the new one. */
export function replaceSettings(settings: Settings, fresh: Settings): void {
  for (const name of Object.keys(settings)) if (!(name in fresh)) delete settings[name as keyof Settings]
  Object.assign(settings, fresh)
}

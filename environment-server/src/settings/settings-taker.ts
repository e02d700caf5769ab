import type { ConfigureCommand } from '@postern/protocol'
import { readSettings, type Settings } from '../home/settings.ts'
import type { OpenedHome } from '../home/open-home.ts'
import { answerOnce, type AnswerParts } from '../journal/answer-once.ts'
import type { PolicyInForce } from '../policy/policy-in-force.ts'
import { takeHubSettings } from './take-hub-settings.ts'

export type SettingsTakerParts = AnswerParts & {
  opened: Pick<OpenedHome, 'home' | 'settings'>
  policy: Pick<PolicyInForce, 'settings'>
  /** New values are in `opened.settings`. */
  onTaken: () => void
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
    const { opened, policy, log, onTaken } = this.#parts
    const names = Object.keys(command.settings).join(', ')
    answerOnce(this.#parts, command, now, `The hub may not set ${names}`, (applied) => {
      const problem = refusal ?? takeHubSettings(opened.home, policy, command)
      if (problem !== undefined) return problem
      applied()
      log('info', `The hub has set ${names}.`)
      replaceSettings(opened.settings, readSettings(opened.home))
      onTaken()
      return undefined
    })
  }
}

/** In place: parts that read a setting each time they need it see the new one. */
export function replaceSettings(settings: Settings, fresh: Settings): void {
  for (const name of Object.keys(settings)) if (!(name in fresh)) delete settings[name as keyof Settings]
  Object.assign(settings, fresh)
}

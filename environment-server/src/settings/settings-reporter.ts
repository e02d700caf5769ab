import { createHash } from 'node:crypto'
import { paths, type RotatedPurpose, type ServerSettingsReport } from '@postern/protocol'
import type { OpenedHome } from '../home/open-home.ts'
import { readSettingsFile } from '../home/settings.ts'
import { DeliveryLoop } from '../hub-link/deliveries.ts'
import { lockedToken } from '../hub-link/say-locked.ts'
import type { HubHttp } from '../hub-link/hub-http.ts'
import type { ConfigureJournal } from '../journal/configure-journal.ts'
import { errorText, type ServerLog } from '../log/server-log.ts'
import type { PolicyInForce } from '../policy/policy-in-force.ts'
import { reportedPolicy } from '../policy/reported-policy.ts'
import { shownSettings } from './shown-settings.ts'

export type SettingsReporterParts = {
  opened: Pick<OpenedHome, 'home'>
  policy: Pick<PolicyInForce, 'settings' | 'local' | 'narrowings'>
  /** Ids of the hub's keys that count here for a purpose. */
  keyIds: (purpose: RotatedPurpose) => string[]
  configures: ConfigureJournal
  http: HubHttp
  token: () => string
  log: ServerLog
}

/**
 * Tells the hub this server's settings, masked (D31): once a start, and again when one changed or a configure command was answered. A
 * hub that does not know such reports is asked once a start.
 */
export class SettingsReporter {
  readonly #parts: SettingsReporterParts
  readonly #loop = new DeliveryLoop((signal) => this.#report(signal))
  #due = true
  #connected = false

  constructor(parts: SettingsReporterParts) {
    this.#parts = parts
  }

  changed(): void {
    this.#due = true
  }

  /** The hub can be reached, or there is something to say. */
  wake(): void {
    this.#connected = true
    this.#loop.wake()
  }

  async run(signal: AbortSignal): Promise<void> {
    await this.#loop.run(signal)
  }

  async #report(signal: AbortSignal): Promise<boolean> {
    const { opened, policy, keyIds, configures, http, token, log } = this.#parts
    const answers = configures.untold()
    // Not before the first connection: a thousand servers that come back at once have more urgent things to say.
    if (!this.#connected || (!this.#due && answers.length === 0)) return true
    this.#due = false
    const report: ServerSettingsReport = {
      settings: shownSettings(readSettingsFile(opened.home), policy),
      answers,
      lockedTokenSha256: createHash('sha256').update(lockedToken(opened.home)).digest('hex'),
      policy: reportedPolicy(policy),
      commandKeys: keyIds('command'),
      publisherKeys: keyIds('publisher'),
      releaseKeys: keyIds('release'),
    }
    try {
      const { status } = await http.send({
        method: 'PUT',
        path: paths.ownSettings,
        token: token(),
        contentType: 'application/json',
        body: JSON.stringify(report),
        signal,
      })
      if (status >= 200 && status <= 299) {
        configures.told(answers)
        return true
      }
      log('debug', `The hub answered ${status} to the report of settings.`)
      // A hub of an older release: it will not know in a minute either.
      if (status === 404) return true
    } catch (error) {
      log('debug', `The report of settings is not delivered yet: ${errorText(error)}`)
    }
    this.#due = true
    return false
  }
}

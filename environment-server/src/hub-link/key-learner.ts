import { KeySuccessions, paths } from '@postern/protocol'
import type { KeyObject } from 'node:crypto'
import * as z from 'zod/mini'
import type { HomeFolder } from '../home/home-folder.ts'
import { errorText, type ServerLog } from '../log/server-log.ts'
import { commandKeysInForce, keepLearned, learn, learnedKeys } from '../policy/command-keys.ts'
import type { WriteAudit } from '../policy/local-audit.ts'
import { DeliveryLoop } from './deliveries.ts'
import type { HubClock } from './hub-clock.ts'
import type { HubHttp } from './hub-http.ts'

/** How often the hub is asked, beside once a start. */
const askAgainMs = 60 * 60 * 1000
const answerBytesMax = 1024 * 1024

export type KeyLearnerParts = {
  home: HomeFolder
  /** By the bundle, or by a person here; by key id. */
  trusted: () => ReadonlyMap<string, KeyObject>
  http: HubHttp
  token: () => string
  clock: Pick<HubClock, 'now'>
  log: ServerLog
  audit: WriteAudit
  /** Others are trusted than before. */
  onLearned: () => void
}

/** Asks the hub which of its command keys follow others (D7), and trusts those that a key which counts has named in time. */
export class KeyLearner {
  readonly #parts: KeyLearnerParts
  readonly #loop = new DeliveryLoop((signal) => this.#ask(signal))
  #kept
  #askedAt = -Infinity
  #connected = false

  constructor(parts: KeyLearnerParts) {
    this.#parts = parts
    this.#kept = learnedKeys(parts.home)
  }

  /** Keys whose commands count now, by id. */
  get inForce(): ReadonlyMap<string, KeyObject> {
    return commandKeysInForce(this.#parts.trusted(), this.#kept, this.#parts.clock.now())
  }

  async run(signal: AbortSignal): Promise<void> {
    await this.#loop.run(signal)
  }

  /** The hub can be reached. */
  wake(): void {
    this.#connected = true
    this.#loop.wake()
  }

  /** Ask at once, as a person here wants it. */
  askNow(): void {
    this.#askedAt = -Infinity
    this.wake()
  }

  async #ask(signal: AbortSignal): Promise<boolean> {
    const { http, token, log } = this.#parts
    const now = performance.now()
    if (!this.#connected || now - this.#askedAt < askAgainMs) return true
    try {
      const { status, body } = await http.send({
        method: 'GET',
        path: paths.keySuccessions,
        token: token(),
        responseBytesMax: answerBytesMax,
        signal,
      })
      // 404: a hub of an older release, whose key is followed by none.
      if (status === 404 || status === 200) this.#askedAt = now
      if (status === 404) return true
      if (status === 200) {
        this.#take(z.parse(KeySuccessions, JSON.parse(body.toString('utf8'))))
        return true
      }
      log('debug', `The hub answered ${status} to the question for its keys.`)
    } catch (error) {
      log('debug', `The hub's keys are not known to be the newest: ${errorText(error)}`)
    }
    return false
  }

  #take({ successions }: KeySuccessions): void {
    const { home, trusted, clock, log, audit, onLearned } = this.#parts
    const heard = learn(trusted(), this.#kept, successions, clock.now())
    if (!heard.isNew) return
    keepLearned(home, heard)
    this.#kept = heard
    for (const fingerprint of heard.newlyLearned) {
      log('info', `The hub has a new command key, ${fingerprint}, which the one before it signed.`)
      audit({ event: 'key-learned', why: `command key ${fingerprint}` })
    }
    for (const fingerprint of heard.newlyMissed) {
      log(
        'error',
        `The hub has a command key, ${fingerprint}, that this server missed while it was off. Compare it with "postern keys" on the hub, then: ./postern-envsvr policy trust ${fingerprint}`,
      )
      audit({ event: 'key-missed', why: `command key ${fingerprint}` })
    }
    onLearned()
  }
}

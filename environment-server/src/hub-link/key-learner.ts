import { KeySuccessions, paths, type RotatedPurpose } from '@postern/protocol'
import * as z from 'zod/mini'
import type { HomeFolder } from '../home/home-folder.ts'
import { errorText, type ServerLog } from '../log/server-log.ts'
import { type HeardKeys, heardKeys, keepHeardKeys } from '../policy/heard-keys.ts'
import { type KeysById, keysInForce } from '../policy/keys-in-force.ts'
import { type KeyNews, learnKeys, type TrustedKeys } from '../policy/learn-keys.ts'
import type { WriteAudit } from '../policy/local-audit.ts'
import { DeliveryLoop } from './deliveries.ts'
import type { HubClock } from './hub-clock.ts'
import type { HubHttp } from './hub-http.ts'

/** How often the hub is asked, beside once a start and when it says that there is something new. */
const askAgainMs = 60 * 60 * 1000
const answerBytesMax = 1024 * 1024
/** Things that were refused and are not said again; beyond that they are. */
const refusedMax = 1000

export type KeyLearnerParts = {
  home: HomeFolder
  /** By the bundle, or by a person here. */
  trusted: () => TrustedKeys
  http: HubHttp
  token: () => string
  clock: Pick<HubClock, 'now'>
  log: ServerLog
  audit: WriteAudit
  /** Others are trusted than before. */
  onLearned: () => void
}

/** Asks the hub which of its keys follow others or were revoked (D7), and trusts those that a key which counts has named in time. */
export class KeyLearner {
  readonly #parts: KeyLearnerParts
  readonly #loop = new DeliveryLoop((signal) => this.#ask(signal))
  #kept
  #askedAt = -Infinity
  #connected = false
  /** What the hub's answers named last, and what they named before it was asked last. */
  #state: string | undefined
  #askedState: string | undefined
  /** What was refused since the start: the hub says all of it again with each answer. */
  readonly #refused = new Set<string>()

  constructor(parts: KeyLearnerParts) {
    this.#parts = parts
    this.#kept = heardKeys(parts.home)
  }

  /** Keys that count now for this purpose, by id. */
  inForce(purpose: RotatedPurpose): KeysById {
    return keysInForce(purpose, this.#parts.trusted()[purpose], this.#kept, this.#parts.clock.now())
  }

  get heard(): HeardKeys {
    return this.#kept
  }

  async run(signal: AbortSignal): Promise<void> {
    await this.#loop.run(signal)
  }

  /** Ask at once, as a person here wants it, or as there is something new. */
  askNow(): void {
    this.#connected = true
    this.#askedAt = -Infinity
    this.#loop.wake()
  }

  /** The hub has answered, and named what its keys have said by now; absent: a hub of an older release. */
  noteState(state: string | undefined): void {
    this.#state = state
    if (!this.#connected || state !== this.#askedState) this.askNow()
  }

  async #ask(signal: AbortSignal): Promise<boolean> {
    const { http, token, log } = this.#parts
    const now = performance.now()
    if (!this.#connected || now - this.#askedAt < askAgainMs) return true
    const state = this.#state
    try {
      const { status, body } = await http.send({
        method: 'GET',
        path: paths.keySuccessions,
        token: token(),
        responseBytesMax: answerBytesMax,
        signal,
      })
      // 404: a hub of an older release, whose key is followed by none.
      if (status === 404 || status === 200) {
        this.#askedAt = now
        this.#askedState = state
      }
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

  #take(said: KeySuccessions): void {
    const { home, trusted, clock, onLearned } = this.#parts
    const { heard, news } = learnKeys(trusted(), this.#kept, said, clock.now())
    for (const each of news) if (each.kind === 'refused') this.#noteRefused(each.why)
    const kept = news.filter((each) => each.kind !== 'refused')
    if (kept.length === 0) return
    keepHeardKeys(home, heard)
    this.#kept = heard
    for (const each of kept) this.#note(each)
    onLearned()
  }

  #noteRefused(why: string): void {
    const { log, audit } = this.#parts
    if (this.#refused.has(why)) return
    if (this.#refused.size < refusedMax) this.#refused.add(why)
    log('error', `${why} It is not trusted here.`)
    audit({ event: 'refused', why, kind: 'keys' })
  }

  #note(news: Exclude<KeyNews, { kind: 'refused' }>): void {
    const { log, audit } = this.#parts
    const { fingerprint } = news
    if (news.kind === 'revoked') {
      const what = `${news.purposes.join(' and ') || 'missed'} key ${fingerprint}`
      log('error', `The hub's ${what} was revoked: others may have it. Nothing that it signs is taken here any more.`)
      return audit({ event: 'key-revoked', why: what })
    }
    const what = `${news.purpose} key ${fingerprint}`
    audit({ event: `key-${news.kind}`, why: what })
    if (news.kind === 'learned') return log('info', `The hub has a new ${what}, which the one before it signed.`)
    log(
      'error',
      `The hub has a new ${what}, which this server missed while it was off. Compare it with "postern keys" on the hub, then: ./postern-envsvr policy trust ${fingerprint}`,
    )
  }
}

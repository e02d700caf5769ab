import { tcexPaths } from '@postern/protocol'
import * as z from 'zod/mini'
import type { Logger } from '../launch/logger.ts'
import type { Answer } from './exchange.ts'
import { parseJson } from './parse-json.ts'

/** A token is renewed when less than this is left of it; the platform renews until 10 minutes after its end (S4). */
const renewBeforeSeconds = 300

const RenewedToken = z.object({ apiToken: z.string().check(z.minLength(1)), apiTokenExpires: z.number() })

/** The execution's token, renewed before it ends; renewals never overlap. */
export class HubToken {
  #token: string
  #expiresSeconds: number | undefined
  #renewal: Promise<void> | undefined
  readonly #log: Logger

  constructor(token: string, expiresSeconds: number | undefined, log: Logger) {
    this.#token = token
    this.#expiresSeconds = expiresSeconds
    this.#log = log
  }

  /** @param ask sends a GET without credentials to a path below `/api`. */
  async current(ask: (path: string) => Promise<Answer>): Promise<string> {
    if (this.#expiresSeconds !== undefined && this.#expiresSeconds - Date.now() / 1000 < renewBeforeSeconds) {
      this.#renewal ??= this.#renew(ask).finally(() => (this.#renewal = undefined))
      await this.#renewal
    }
    return this.#token
  }

  async #renew(ask: (path: string) => Promise<Answer>): Promise<void> {
    const answer = await ask(`${tcexPaths.tokenRenewal}?expiredToken=${encodeURIComponent(this.#token)}`)
    const renewed =
      answer.status === 200 ? RenewedToken.safeParse(parseJson(answer.body, 'the renewed token')) : undefined
    if (renewed?.success !== true) {
      this.#log.warn('the hub does not renew the token of this run; it goes on with the old one', {
        status: answer.status,
      })
      this.#expiresSeconds = undefined
      return
    }
    this.#token = renewed.data.apiToken
    this.#expiresSeconds = renewed.data.apiTokenExpires
  }
}

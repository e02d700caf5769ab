import { errorText, type ServerLog } from '../log/server-log.ts'

/** How long the hub may be out of reach before somebody is told (D33). */
export const silenceMsMax = 15 * 60_000
/** A mail that could not be sent is tried again so long; it then helps nobody. */
const triedMsMax = 24 * 60 * 60_000
const retryMs = 60_000

export type HubSilenceParts = {
  serverName: () => string
  /** `problem`: why there is no connection, in a sentence. */
  link: () => { isConnected: boolean; problem: string }
  /** Nothing is sent, and nothing kept, while mail is not set up. */
  isMailSetUp: () => boolean
  send: (mail: { subject: string; text: string }) => Promise<void>
  now: () => Date
  log: ServerLog
}

type Waiting = { subject: string; text: string; since: number; nextTryAt: number }

/**
 * Mails that the hub cannot be reached, after 15 minutes, and that it can again: the hub itself cannot say so. One mail waits at most;
 * the word that the hub is back takes the place of the word that it is gone, where that could not be sent.
 */
export class HubSilence {
  readonly #parts: HubSilenceParts
  #heardAt: number
  #toldAt: number | undefined
  #waiting: Waiting | undefined
  #sending = false

  constructor(parts: HubSilenceParts) {
    this.#parts = parts
    this.#heardAt = parts.now().getTime()
  }

  /** Every few seconds. */
  async look(): Promise<void> {
    const now = this.#parts.now().getTime()
    const { isConnected, problem } = this.#parts.link()
    if (isConnected) {
      if (this.#toldAt !== undefined)
        this.#say(now, 'can be reached again', `It could not be since ${shown(this.#heardAt)}.`)
      this.#toldAt = undefined
      this.#heardAt = now
    } else if (this.#toldAt === undefined && now - this.#heardAt >= silenceMsMax) {
      this.#toldAt = now
      this.#say(now, 'cannot be reached', `It was last connected to at ${shown(this.#heardAt)}.\n${problem}`)
    }
    await this.#trySending(now)
  }

  #say(now: number, what: string, more: string): void {
    if (!this.#parts.isMailSetUp()) return
    const name = this.#parts.serverName()
    const text = `The hub of environment server ${name} ${what}.\n${more}\nThis mail comes from the environment server itself.\n`
    this.#waiting = { subject: `Postern: the hub of ${name} ${what}`, text, since: now, nextTryAt: now }
  }

  async #trySending(now: number): Promise<void> {
    const mail = this.#waiting
    if (mail === undefined || this.#sending || now < mail.nextTryAt) return
    const { log, send } = this.#parts
    this.#sending = true
    try {
      await send({ subject: mail.subject, text: mail.text })
      log('info', `A mail was sent: ${mail.subject}.`)
      this.#forget(mail)
    } catch (error) {
      log('warn', `A mail could not be sent (${mail.subject}): ${errorText(error)}`)
      mail.nextTryAt = now + retryMs
      if (now - mail.since > triedMsMax) this.#forget(mail)
    } finally {
      this.#sending = false
    }
  }

  /** A newer one may have come while it was sent. */
  #forget(mail: Waiting): void {
    if (this.#waiting === mail) this.#waiting = undefined
  }
}

function shown(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

import { clientCertificate, paths, type RenewalRequest, renewalProofMessage, RenewalResponse } from '@postern/protocol'
import { createPrivateKey, sign, X509Certificate } from 'node:crypto'
import * as z from 'zod/mini'
import type { Keychain } from '../keychain/keychain.ts'
import { errorText, type ServerLog } from '../log/server-log.ts'
import { DeliveryLoop } from './deliveries.ts'
import { detailOf } from './enrol.ts'
import type { HubClock } from './hub-clock.ts'
import type { HubHttp } from './hub-http.ts'
import type { OwnCertificate } from './own-certificate.ts'
import { isRetryable } from './retryable.ts'

const dayMs = 24 * 60 * 60 * 1000
/** After a hub said no. */
const againAfterRefusalMs = 60 * 60 * 1000

export type CertificateKeeperParts = {
  serverXid: string
  own: OwnCertificate
  keychain: Pick<Keychain, 'content'>
  http: HubHttp
  clock: Pick<HubClock, 'now'>
  log: ServerLog
  /** The next one is in the keychain, and is to connect. */
  onRenewed: () => void
}

/**
 * Asks for the next client certificate in time, by this server's token and a proof of its key (D37); with back-off while the hub does not
 * answer. One that slept past the end of its certificate does the same, and then waits for a person.
 */
export class CertificateKeeper {
  readonly #parts: CertificateKeeperParts
  readonly #loop = new DeliveryLoop((signal) => this.look(signal))
  #notBefore = 0
  readonly #said = new Set<string>()

  constructor(parts: CertificateKeeperParts) {
    this.#parts = parts
  }

  async run(signal: AbortSignal): Promise<void> {
    await this.#loop.run(signal)
  }

  /** @returns false where it should be tried again soon */
  async look(signal: AbortSignal): Promise<boolean> {
    const { own, clock } = this.#parts
    const now = clock.now()
    const isDue = own.endsAt - now <= clientCertificate.renewalDays * dayMs
    if (!isDue || own.isBeingRenewed || now < this.#notBefore) return true
    if (own.endsAt <= now) this.#warn('It has ended: this server asks the hub for a new one.')
    try {
      return await this.#renew(signal, now)
    } catch (error) {
      this.#warn(`It could not be renewed: ${errorText(error)}`)
      return false
    }
  }

  async #renew(signal: AbortSignal, now: number): Promise<boolean> {
    const { keychain, own, http, log, onRenewed } = this.#parts
    const { status, body } = await http.send({
      method: 'POST',
      path: paths.renewals,
      token: keychain.content.appDeliveryToken ?? '',
      contentType: 'application/json',
      body: JSON.stringify(this.#request()),
      signal,
    })
    if (status < 200 || status > 299) {
      this.#warn(`The hub did not renew it: ${detailOf(body) ?? `status ${status}`}`)
      // A token that is refused is not cured by asking each minute.
      if (status !== 401 && status !== 403 && isRetryable(status)) return false
      this.#notBefore = now + againAfterRefusalMs
      return true
    }
    const { certificate, confirmed } = z.parse(RenewalResponse, JSON.parse(body.toString('utf8')))
    if (!new X509Certificate(certificate).checkPrivateKey(this.#key())) throw new Error('it is for another key')
    own.renewed(certificate)
    this.#said.clear()
    log('info', `The hub renewed the certificate of this server: it is good until ${dayOf(own.endsAt)}.`)
    if (!confirmed) {
      const why = 'The one before had ended'
      log('warn', `${why}: the hub runs nothing here until a person confirms this server's fingerprint in the console.`)
    }
    onRenewed()
    return true
  }

  #request(): RenewalRequest {
    const { serverXid, own } = this.#parts
    const serial = new X509Certificate(own.shown ?? '').serialNumber
    const proof = sign('sha256', Buffer.from(renewalProofMessage(serverXid, serial)), this.#key()).toString('base64')
    return { serial, proof }
  }

  #key() {
    return createPrivateKey(this.#parts.keychain.content.tlsPrivateKey ?? '')
  }

  /** The same sentence once, not every minute. */
  #warn(sentence: string): void {
    if (this.#said.has(sentence)) return
    this.#said.add(sentence)
    const { log, own } = this.#parts
    log('warn', `The certificate of this server is good until ${dayOf(own.endsAt)}. ${sentence}`)
  }
}

/** For people. */
export function dayOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10)
}

import { X509Certificate } from 'node:crypto'
import type { Keychain } from '../keychain/keychain.ts'

/**
 * The client certificate that this server shows, and the next one from when it came until it has connected (D37). Both are in the
 * keychain: which of them the hub takes after a crash, or after two answers that crossed, only the hub can say.
 */
export class OwnCertificate {
  readonly #keychain: Pick<Keychain, 'content' | 'update'>
  #showsOlder = false

  constructor(keychain: Pick<Keychain, 'content' | 'update'>) {
    this.#keychain = keychain
  }

  /** PEM; nothing before it has enrolled. */
  get shown(): string | undefined {
    const { certificate, renewedCertificate } = this.#keychain.content
    return this.#showsOlder ? certificate : (renewedCertificate ?? certificate)
  }

  /** When the one that is shown ends, epoch milliseconds. */
  get endsAt(): number {
    return endOfCertificate(this.shown)
  }

  /** The next one is there and has not connected yet. */
  get isBeingRenewed(): boolean {
    return this.#keychain.content.renewedCertificate !== undefined
  }

  /** @throws what keeps the keychain from being written */
  renewed(certificate: string): void {
    this.#keychain.update({ renewedCertificate: certificate })
    this.#showsOlder = false
  }

  /** The hub took this one: the other is of no use, unless it came only while this one connected. */
  connected(certificate: string): void {
    if (!this.isBeingRenewed || certificate !== this.shown) return
    this.#keychain.update({ certificate, renewedCertificate: undefined })
    this.#showsOlder = false
  }

  /** The next try shows the other one, if there are two. */
  refused(certificate: string): void {
    if (certificate === this.shown) this.#showsOlder = this.isBeingRenewed && !this.#showsOlder
  }
}

/** As a connection names it that shows no certificate (S17). */
export function serialOfCertificate(pem: string): string {
  return new X509Certificate(pem).serialNumber.toLowerCase()
}

/** Epoch milliseconds; a server without a certificate has none that ends. */
export function endOfCertificate(pem: string | undefined): number {
  return pem === undefined ? Infinity : new X509Certificate(pem).validToDate.getTime()
}

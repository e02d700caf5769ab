import type { Db } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { Problem } from '../lib/problem.ts'
import { type ReaderCertificate, readReaderCertificate, TrustedCertificates } from './reader-certificate.ts'
import { ReaderStore } from './reader-store.ts'

type Parts = { db: Db; clock: Clock; hasReaderPort: boolean }

/** Client certificates of readers (D27), and the port that trusts them. */
export class ReaderCertificates {
  readonly #parts: Parts
  #onChange: () => Promise<void> = async () => {}

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /**
   * A certificate that a person registers, or puts in the place of another.
   * @param inPlaceOf the reader whose certificate it replaces
   * @throws Problem `invalid` where nobody could come in with it
   */
  async register(
    text: string | undefined,
    { sha256, inPlaceOf }: { sha256?: string | undefined; inPlaceOf?: string } = {},
  ): Promise<ReaderCertificate> {
    if (!this.#parts.hasReaderPort) {
      const how = 'Set POSTERN_READER_PORT and start the hub again, or take another credential.'
      throw new Problem('invalid', `Client certificates need a port of their own, which this hub does not open. ${how}`)
    }
    if (text === undefined) throw new Problem('invalid', 'The certificate itself is wanted, in PEM, as "certificate".')
    const certificate = readReaderCertificate(text, this.#parts.clock.now())
    if (sha256 !== undefined && certificate.sha256.toString('hex') !== sha256)
      throw new Problem('invalid', `The certificate's SHA-256 is ${certificate.sha256.toString('hex')}, not ${sha256}.`)
    new TrustedCertificates(await this.#pems(inPlaceOf)).requireRoom(certificate.pem)
    return certificate
  }

  /** What the reader port trusts now, PEM. */
  async trusted(): Promise<string[]> {
    return new TrustedCertificates(await this.#pems()).pems
  }

  /** @param listener hears of what was changed on this hub, before whoever changed it is answered */
  onChange(listener: () => Promise<void>): void {
    this.#onChange = listener
  }

  async changed(): Promise<void> {
    await this.#onChange()
  }

  /** At start: readers that cannot come in as they are. */
  async warn(log: Log): Promise<void> {
    const rows = await new ReaderStore(this.#parts.db).certificatePems()
    if (rows.length > 0 && !this.#parts.hasReaderPort)
      log.warn({ readers: rows.length }, 'readers with client certificates are refused: POSTERN_READER_PORT is not set')
    const bare = rows.filter(({ pem }) => pem === null).length
    if (bare > 0)
      log.warn(
        { readers: bare },
        'readers are refused that were registered by a fingerprint alone: give them their certificate',
      )
  }

  async #pems(except?: string): Promise<string[]> {
    const rows = await new ReaderStore(this.#parts.db).certificatePems()
    return rows.flatMap(({ id, pem }) => (pem === null || id === except ? [] : [pem]))
  }
}

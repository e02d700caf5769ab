/**
 * TLS inspection that this server's own settings allow on the way to its hub (S17): whose certificates count there beside the hub's CA,
 * and who was met.
 */
export class AllowedInspection {
  /** PEM, of `caFolder`. */
  readonly certificates: readonly string[]
  readonly #onMet: (at: string, issuer: string) => void
  /** By host and port: who issued what was met there last. */
  readonly #issuers = new Map<string, string>()

  constructor(certificates: readonly string[], onMet: (at: string, issuer: string) => void) {
    this.certificates = certificates
    this.#onMet = onMet
  }

  /** Who opens TLS on the way, as far as it was met; nothing where the hub's own certificate was. */
  get issuer(): string | undefined {
    return this.#issuers.values().next().value
  }

  /** After each handshake. @param issuer of a certificate that the hub did not issue */
  note(at: string, issuer: string | undefined): void {
    const before = this.#issuers.get(at)
    if (issuer === undefined) return void this.#issuers.delete(at)
    this.#issuers.set(at, issuer)
    if (issuer !== before) this.#onMet(at, issuer)
  }
}

/** For the log, and for whoever asks a running server. */
export function inspectedWords(issuer: string): string {
  return `TLS is opened by ${issuer} on the way, as allowInspectedTls allows here: results, values and tokens can be read there. Secrets of jobs stay sealed, and commands are signed.`
}

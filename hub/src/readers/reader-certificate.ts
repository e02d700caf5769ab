import { createHash, X509Certificate } from 'node:crypto'
import { Problem } from '../lib/problem.ts'
import { readerLimits } from './reader-limits.ts'

/** A client certificate as it is registered. */
export type ReaderCertificate = {
  /** Of its DER. */
  sha256: Buffer
  /** It and its issuers up to the root, which a handshake follows. */
  pem: string
}

/** RFC 5280, 4.2.1.12: id-kp-clientAuth, and anyExtendedKeyUsage. */
const forClients = ['1.3.6.1.5.5.7.3.2', '2.5.29.37.0']
const block = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g

/**
 * What makes a handshake fail is said here, where a person sees it.
 * @param text PEM: the certificate, and behind it its issuers' unless it vouches for itself
 * @throws Problem `invalid` that says what is wrong with it
 */
export function readReaderCertificate(text: string, now: Date): ReaderCertificate {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text))
    throw new Problem(
      'invalid',
      'There is a private key beside the certificate. Keep it where it was, and send the certificate alone.',
    )
  const chain = certificatesOf(text)
  const [own, ...issuers] = chain
  if (own === undefined)
    throw new Problem('invalid', 'certificate: it is no certificate in PEM ("-----BEGIN CERTIFICATE-----").')
  if (chain.length > readerLimits.chainCertificatesMax)
    throw new Problem('invalid', `certificate: it holds more than ${readerLimits.chainCertificatesMax} certificates.`)
  if (own.validToDate < now) throw new Problem('invalid', `This certificate ended on ${own.validToDate.toISOString()}.`)
  const uses = own.keyUsage as string[] | undefined
  if (uses !== undefined && !uses.some((use) => forClients.includes(use)))
    throw new Problem('invalid', 'This certificate is for other uses than that of a TLS client (clientAuth).')
  chain.forEach(requireStrongKey)
  requireRoot([own, ...issuers])
  return { sha256: sha256Of(own), pem: chain.map((each) => each.toString().trim()).join('\n') }
}

/** What the reader port trusts of registered certificates, each once: a handshake follows each to one that vouches for itself. */
export class TrustedCertificates {
  readonly #bySubject = new Map<string, X509Certificate>()

  constructor(registered: readonly string[]) {
    for (const pem of registered) {
      for (const each of trustedOf(pem)) if (this.#other(each) === undefined) this.#bySubject.set(each.subject, each)
    }
  }

  /** OpenSSL finds an issuer by its name, and takes the first of two: the one that was there stays. */
  get pems(): string[] {
    return [...this.#bySubject.values()].map(String)
  }

  /** @throws Problem where it would not be found, or there is no room for it */
  requireRoom(pem: string): void {
    const added = trustedOf(pem)
    const twin = added.map((each) => this.#other(each)).find((each) => each !== undefined)
    if (twin !== undefined) {
      const told = `Another certificate that is trusted already is made out to ${words(twin.subject)}, too.`
      throw new Problem('conflict', `${told} Use one with a subject of its own.`)
    }
    const subjects = new Set([...this.#bySubject.keys(), ...added.map(({ subject }) => subject)])
    const bytes = [...subjects].reduce((sum, subject) => sum + subjectBytesAtMost(subject), 0)
    if (bytes <= readerLimits.trustedSubjectBytesMax) return
    const most = `${readerLimits.trustedSubjectBytesMax} are the most. Remove readers, or use shorter names.`
    throw new Problem('invalid', `The names in it and in all other certificates have ${bytes} bytes together; ${most}`)
  }

  #other(certificate: X509Certificate): X509Certificate | undefined {
    const known = this.#bySubject.get(certificate.subject)
    return known === undefined || known.publicKey.equals(certificate.publicKey) ? undefined : known
  }
}

/** One that an authority issued is followed to it, and is not itself trusted to have issued others. */
function trustedOf(pem: string): X509Certificate[] {
  const chain = certificatesOf(pem)
  return chain.length > 1 ? chain.slice(1) : chain
}

/** No subject is longer in DER than this: each of its parts costs at most 15 bytes more than what stands of it here. */
function subjectBytesAtMost(subject: string): number {
  return Buffer.byteLength(subject) + 15 * subject.split('\n').length + 6
}

function certificatesOf(text: string): X509Certificate[] {
  return [...text.matchAll(block)].map(([pem], index) => {
    try {
      return new X509Certificate(pem)
    } catch (error) {
      throw new Problem('invalid', `Certificate ${index + 1} of the text is damaged.`, { cause: error })
    }
  })
}

function sha256Of(certificate: X509Certificate): Buffer {
  return createHash('sha256').update(certificate.raw).digest()
}

function requireStrongKey({ publicKey, subject }: X509Certificate): void {
  const bits = publicKey.asymmetricKeyDetails?.modulusLength
  if (bits === undefined || bits >= readerLimits.rsaKeyBitsMin) return
  throw new Problem(
    'invalid',
    `The key of ${words(subject)} has ${bits} bits; ${readerLimits.rsaKeyBitsMin} are the least.`,
  )
}

function requireRoot(chain: X509Certificate[]): void {
  for (const [index, each] of chain.entries()) {
    const issuer = chain[index + 1]
    if (isIssuedBy(each, each)) {
      if (issuer === undefined) return
      throw new Problem('invalid', `${words(each.subject)} vouches for itself; nothing goes behind it.`)
    }
    if (issuer === undefined || !isIssuedBy(each, issuer)) {
      const wanted = `Send it with those of its issuers behind it, up to the root; that of ${words(each.issuer)} is missing.`
      throw new Problem('invalid', `This certificate does not vouch for itself. ${wanted}`)
    }
    if (!issuer.ca)
      throw new Problem('invalid', `${words(issuer.subject)} is no certificate of an authority (CA:TRUE).`)
  }
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}

/** Names stand in lines of their own. */
function words(name: string): string {
  return name.replaceAll('\n', ', ')
}

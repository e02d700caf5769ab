import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { webcrypto } from 'node:crypto'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

export type Identity = { certificate: string; privateKey: string }

/** A certificate authority as the hub has one: issues its own server certificate, and those of environment servers. */
export class Authority {
  readonly certificate: string
  readonly #issuer: x509.X509Certificate
  readonly #key: webcrypto.CryptoKey

  private constructor(issuer: x509.X509Certificate, key: webcrypto.CryptoKey) {
    this.#issuer = issuer
    this.#key = key
    this.certificate = issuer.toString('pem')
  }

  static async create(name = 'Fake hub CA'): Promise<Authority> {
    x509.cryptoProvider.set(webcrypto)
    const keys = await generateKeys()
    const issuer = await x509.X509CertificateGenerator.createSelfSigned({
      name: `CN=${name}`,
      serialNumber: '01',
      ...life(),
      keys: keys,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      ],
    })
    return new Authority(issuer, keys.privateKey)
  }

  /** For TLS on the loopback. @param days in how many it ends; a negative number: so many ago */
  async serverIdentity(names: x509.JsonGeneralName[] = loopbackNames, days?: number): Promise<Identity> {
    const keys = await generateKeys()
    const alternativeNames = new x509.SubjectAlternativeNameExtension(names)
    const certificate = await this.#issue('localhost', keys.publicKey, [alternativeNames], days)
    const der = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
    return { certificate, privateKey: x509.PemConverter.encode(der, 'PRIVATE KEY') }
  }

  /** A client certificate, CN = serverXid, for a public key in SPKI PEM, which ends in so many days. */
  async clientCertificate(serverXid: string, publicKeyPem: string, days: number): Promise<string> {
    const spki = x509.PemConverter.decodeFirst(publicKeyPem)
    const publicKey = await webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify'])
    const usage = new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])
    return this.#issue(serverXid, publicKey, [usage], days)
  }

  async #issue(
    commonName: string,
    publicKey: webcrypto.CryptoKey,
    extensions: x509.Extension[],
    days?: number,
  ): Promise<string> {
    const certificate = await x509.X509CertificateGenerator.create({
      subject: `CN=${commonName}`,
      issuer: this.#issuer.subject,
      ...life(days),
      publicKey: publicKey,
      signingKey: this.#key,
      signingAlgorithm: algorithm,
      extensions,
    })
    return certificate.toString('pem')
  }
}

const loopbackNames: x509.JsonGeneralName[] = [
  { type: 'dns', value: 'localhost' },
  { type: 'ip', value: '127.0.0.1' },
]

const dayMs = 24 * 3600_000

/** From two days ago, so that there are some that have ended. */
function life(days = 7) {
  return { notBefore: new Date(Date.now() - 2 * dayMs), notAfter: new Date(Date.now() + days * dayMs) }
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
}

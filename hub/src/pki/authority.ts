// x509 needs it first: its container refuses to load without the Reflect Metadata polyfill.
import 'reflect-metadata'
import { generateKeyPairSync, type KeyObject, randomBytes, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import * as x509 from '@peculiar/x509'
import { clientCertificate } from '@postern/protocol'
import type { Keys } from '../keys/keys.ts'

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0])

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const dayMs = 86_400_000
const caDays = 3650
/** Browsers refuse server certificates of more than 398 days. */
const serverDays = 390

export type IssuedServerCertificate = { certificatePem: string; privateKeyPem: string; notAfter: Date }
export type IssuedClientCertificate = { certificatePem: string; serial: string; notAfter: Date }

/** The hub's own CA: certificates for its HTTPS and broker, and for environment servers (CN = serverXid). */
export class Authority {
  readonly #keys: Keys
  #certificate: x509.X509Certificate | undefined

  constructor(keys: Keys) {
    this.#keys = keys
  }

  async certificatePem(): Promise<string> {
    return (await this.#load()).toString('pem')
  }

  /** @param names host names and addresses the certificate is good for */
  async issueServerCertificate(names: readonly string[]): Promise<IssuedServerCertificate> {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const issuer = await this.#load()
    const notAfter = new Date(Date.now() + serverDays * dayMs)
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: newSerial(),
      subject: [{ CN: ['Postern hub'] }],
      issuer: issuer.subject,
      notBefore: new Date(Date.now() - dayMs),
      notAfter,
      signingAlgorithm: algorithm,
      publicKey: await importPublic(pair.publicKey),
      signingKey: await this.#signingKey(),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          names.map((name) => ({ type: isIP(name) === 0 ? ('dns' as const) : ('ip' as const), value: name })),
        ),
        await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ],
    })
    return {
      certificatePem: certificate.toString('pem'),
      privateKeyPem: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
      notAfter,
    }
  }

  /** @param publicKey the environment server's own key, which never leaves it @param now what its life counts from */
  async issueClientCertificate(serverXid: string, publicKey: KeyObject, now: Date): Promise<IssuedClientCertificate> {
    const issuer = await this.#load()
    const serial = newSerial()
    // In whole seconds, as certificates have it.
    const notAfter = new Date(Math.floor(now.getTime() / 1000) * 1000 + clientCertificate.lifeDays * dayMs)
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serial,
      subject: [{ CN: [serverXid] }],
      issuer: issuer.subject,
      notBefore: new Date(now.getTime() - dayMs),
      notAfter,
      signingAlgorithm: algorithm,
      publicKey: await importPublic(publicKey),
      signingKey: await this.#signingKey(),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
        await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ],
    })
    return { certificatePem: certificate.toString('pem'), serial, notAfter }
  }

  async #load(): Promise<x509.X509Certificate> {
    if (this.#certificate !== undefined) return this.#certificate
    const key = await this.#keys.current('ca')
    if (key.certificatePem === null) await this.#keys.storeCertificate(key.id, await this.#selfSign(key.publicPem))
    // Read again: of several hubs that start at once, the first one's certificate is the one that stays.
    const stored = await this.#keys.current('ca')
    if (stored.certificatePem === null) throw new Error('the certificate of the CA was not stored')
    this.#certificate = new x509.X509Certificate(stored.certificatePem)
    return this.#certificate
  }

  async #selfSign(publicPem: string): Promise<string> {
    const publicKey = await new x509.PublicKey(publicPem).export(algorithm, ['verify'])
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: newSerial(),
      name: [{ CN: [`Postern CA ${randomBytes(4).toString('hex')}`] }],
      notBefore: new Date(Date.now() - dayMs),
      notAfter: new Date(Date.now() + caDays * dayMs),
      signingAlgorithm: algorithm,
      keys: { publicKey, privateKey: await this.#signingKey() },
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(publicKey),
      ],
    })
    return certificate.toString('pem')
  }

  async #signingKey(): Promise<webcrypto.CryptoKey> {
    const key = await this.#keys.privateKey((await this.#keys.current('ca')).id)
    const der = key.export({ format: 'der', type: 'pkcs8' })
    return await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign'])
  }
}

async function importPublic(key: KeyObject): Promise<webcrypto.CryptoKey> {
  return await webcrypto.subtle.importKey('spki', key.export({ format: 'der', type: 'spki' }), algorithm, true, [
    'verify',
  ])
}

/** 16 random bytes with the top bit clear, since a serial number is a positive integer (RFC 5280, 4.1.2.2). */
function newSerial(): string {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x01
  return bytes.toString('hex')
}

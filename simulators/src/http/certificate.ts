import { X509Certificate as NodeCertificate, webcrypto } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import 'reflect-metadata'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'

import { writePrivately } from '../state/private-file.ts'

export interface ApplianceCertificate {
  readonly certificatePem: string
  readonly privateKeyPem: string
  /** `AB:CD:…`, SHA-256 of the DER, as a person compares it with the appliance's own page. */
  readonly fingerprintSha256: string
}

const validYears = 10

/** The appliance's self-signed certificate, made on first start as a real one ships with its own. */
export async function applianceCertificate(stateDir: string, commonName: string): Promise<ApplianceCertificate> {
  const certificatePath = join(stateDir, 'certificate.pem')
  const keyPath = join(stateDir, 'private-key.pem')
  if (!existsSync(certificatePath)) {
    const made = await selfSigned(commonName)
    // The certificate is written last: where it is, its key is.
    writePrivately(keyPath, made.privateKeyPem)
    writePrivately(certificatePath, made.certificatePem)
  }
  const certificatePem = readFileSync(certificatePath, 'utf8')
  return {
    certificatePem,
    privateKeyPem: readFileSync(keyPath, 'utf8'),
    fingerprintSha256: new NodeCertificate(certificatePem).fingerprint256,
  }
}

/** A new self-signed certificate with its key. */
export async function selfSigned(commonName: string): Promise<Omit<ApplianceCertificate, 'fingerprintSha256'>> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const notBefore = new Date(Date.now() - 60 * 60 * 1000)
  const notAfter = new Date(notBefore)
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + validYears)
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${commonName}, O=Postern rehearsal appliance`,
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      // Its own authority and nobody else's: a client that trusts it trusts exactly this certificate.
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyCertSign, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ]),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  return { certificatePem: certificate.toString('pem'), privateKeyPem: pem('PRIVATE KEY', pkcs8) }
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}
